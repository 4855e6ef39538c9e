import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../../core/files.js';
import { backupIndex, readBackup, type Backup } from './backup.js';

/** A backup and the folder in which it lies. */
export interface FoundBackup {
  folder: string;
  backup: Backup;
}

/** Every backup under a results folder, newest first: `<run>/backups/<attempt>/`. Folders that hold no readable index are left out. */
export async function findBackups(resultsFolder: string): Promise<FoundBackup[]> {
  const found: FoundBackup[] = [];
  for (const folder of await backupFolders(resultsFolder)) {
    const backup = await readBackup(folder).catch(() => undefined);
    if (backup) found.push({ folder, backup });
  }
  return found.sort((one, two) => two.backup.takenAt.localeCompare(one.backup.takenAt));
}

/** The folders whose index is there and cannot be read: nobody knows of which units they are. One without an index was never finished. */
export async function damagedBackups(resultsFolder: string): Promise<string[]> {
  const damaged: string[] = [];
  for (const folder of await backupFolders(resultsFolder)) {
    const hasIndex = (await readdir(folder)).includes(backupIndex);
    if (hasIndex && (await readBackup(folder).catch(() => undefined)) === undefined) damaged.push(folder);
  }
  return damaged;
}

async function backupFolders(resultsFolder: string): Promise<string[]> {
  const runs = await foldersIn(resultsFolder);
  return (await Promise.all(runs.map((run) => foldersIn(join(run, 'backups'))))).flat();
}

/**
 * The newest backup of a unit by its id, in any case. A board without an id is named by its slot, `slot3` or `station1/slot3`; where several stations have
 * such a slot, `station` says which.
 */
export async function newestBackup(
  resultsFolder: string,
  unit: string,
  station?: string,
): Promise<FoundBackup | undefined> {
  const wanted = unit.toLowerCase();
  const isIt = ({ backup }: FoundBackup) => {
    const name = backup.unit.toLowerCase();
    if (backup.unit !== backup.slot) return name === wanted;
    if (`${backup.station}/${backup.slot}`.toLowerCase() === wanted) return true;
    return name === wanted && (station === undefined || backup.station === station);
  };
  return (await findBackups(resultsFolder)).find(isIt);
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch (thrown) {
    if (hasErrno(thrown, 'ENOENT')) return [];
    throw thrown;
  }
}

import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { journalName } from '../projections/run-data.js';
import { archiveEnding, readIndex } from './make-archive.js';

/** A run, or a batch with all its runs, as it lies in the results: a folder, or an archive of one. */
export interface StoredResults {
  /** Id of the run or batch; of a batch that was put aside, with the time of that. */
  name: string;
  kind: 'folder' | 'archive';
  /** Absolute path of the folder or the archive. */
  path: string;
  /** On disk, in bytes. */
  sizeBytes: number;
  /** When its journal was last written to. */
  lastUsedAt: Date;
  /** A batch that another one of its id has taken the place of: nothing goes on with it. */
  isPutAside: boolean;
}

/** Where archives are, in the results folder. */
export const archiveFolder = 'archive';

/** Everything of which runs have left a journal, the oldest first. Records of units, and what is no run, are none of it. */
export async function listResults(results: string): Promise<StoredResults[]> {
  const archive = join(results, archiveFolder);
  const stored = [
    ...(await foldersIn(results, false)),
    ...(await foldersIn(archive, true)),
    ...(await archivesIn(archive)),
  ];
  return stored.sort((one, two) => one.lastUsedAt.getTime() - two.lastUsedAt.getTime());
}

async function foldersIn(parent: string, isPutAside: boolean): Promise<StoredResults[]> {
  const found: StoredResults[] = [];
  for (const entry of await entriesOf(parent)) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const path = join(parent, entry.name);
    const journal = await stat(join(path, journalName)).catch(() => undefined);
    if (journal === undefined) continue;
    const sizeBytes = await sizeOf(path);
    found.push({ name: entry.name, kind: 'folder', path, sizeBytes, lastUsedAt: journal.mtime, isPutAside });
  }
  return found;
}

async function archivesIn(folder: string): Promise<StoredResults[]> {
  const found: StoredResults[] = [];
  for (const { name: file } of await entriesOf(folder)) {
    if (!file.endsWith(archiveEnding) || file.startsWith('.')) continue;
    const path = join(folder, file);
    const name = file.slice(0, -archiveEnding.length);
    const { size, mtime } = await stat(path);
    const index = await readIndex(path);
    const lastUsedAt = index ? new Date(index.lastUsedAt) : mtime;
    found.push({ name, kind: 'archive', path, sizeBytes: size, lastUsedAt, isPutAside: false });
  }
  return found;
}

/** Bytes of all files below a folder. What goes away meanwhile counts nothing. */
async function sizeOf(folder: string): Promise<number> {
  let total = 0;
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) total += await sizeOf(path);
    else total += (await lstat(path).catch(() => undefined))?.size ?? 0;
  }
  return total;
}

function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

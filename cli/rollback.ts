import { RigError } from '../core/errors.js';
import {
  damagedBackups,
  findBackups,
  newestBackup,
  type FoundBackup,
} from '../drivers/flash/backup/find-backups.js';
import { findStation } from './find-station.js';
import { answer } from './output.js';
import { resultsFolder } from './places.js';
import type { RollbackFlags } from './rollback-command.js';
import { plainRun } from './run/plain-run.js';

/** Lists the backups, or gives a unit back its newest one. Throws BACKUP_MISSING, and CONFIG_INVALID for a slot that there is not. */
export async function rollback(unit: string | undefined, flags: RollbackFlags): Promise<void> {
  const results = resultsFolder();
  for (const folder of await damagedBackups(results))
    process.stderr.write(`warning: ${folder} is damaged; it may be a newer backup of the unit\n`);
  if (flags.list || unit === undefined) {
    const backups = await findBackups(results);
    const values = backups.map(({ folder, backup }) => ({ ...backup, folder }));
    return answer(flags.json, values, () => listText(backups, results));
  }
  const found = await newestBackup(results, unit, flags.station);
  if (found === undefined)
    throw new RigError(
      'BACKUP_MISSING',
      `${results} has no backup of ${unit}; \`rig rollback --list\` shows all`,
    );
  await run(found, flags);
}

function listText(backups: readonly FoundBackup[], results: string): string {
  if (backups.length === 0) return `no backups in ${results}\n`;
  const lines = backups.map(({ folder, backup }) => {
    const { unit, takenAt, station, slot, board, sizeBytes, isBlank, isUnproved } = backup;
    const size = `${sizeBytes} bytes${isBlank ? ', blank' : ''}${isUnproved ? ', of a board that was half written' : ''}`;
    return `${unit}  ${takenAt}  ${station} ${slot}  ${board}  ${size}  ${folder}\n`;
  });
  return lines.join('');
}

async function run({ folder, backup }: FoundBackup, flags: RollbackFlags): Promise<void> {
  const { station = backup.station, slot = backup.slot, json } = flags;
  const { slots } = await findStation(station);
  if (!slots.some(({ id }) => id === slot)) {
    const known = slots.map(({ id }) => id).join(', ');
    throw new RigError('CONFIG_INVALID', `${station} has no ${slot}; it has ${known}`);
  }
  const about = `${backup.unit}: ${backup.sizeBytes} bytes of ${backup.takenAt}, in ${station} ${slot}\n`;
  (json ? process.stderr : process.stdout).write(about);
  const env = { ...process.env, RIG_BACKUP: folder };
  await plainRun([station], ['rollback', '-g', `@${slot}(?![\\w-])`], { json, env });
}

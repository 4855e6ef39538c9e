import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { RigError } from '../core/errors.js';
import {
  damagedBackups,
  findBackups,
  newestBackup,
  type FoundBackup,
} from '../drivers/flash/backup/find-backups.js';
import { findStation } from './find-station.js';

/** Sent to this process alone; the run puts its boards in order before it ends. */
const terminating = ['SIGTERM', 'SIGHUP'] as const;

interface RollbackOptions {
  station?: string;
  slot?: string;
  list?: boolean;
}

/** `rig rollback UNIT`: writes the newest backup of a unit back, as a run of its own with records, power and guard. */
export function addRollbackCommand(program: Command): void {
  program
    .command('rollback')
    .argument('[unit]', 'the unit: its MAC or other id, as in the records')
    .option('--station <name>', 'station in which it is now (default: where the backup was taken)')
    .option('--slot <id>', 'slot in which it is now (default: where the backup was taken)')
    .option('--list', 'list the backups that there are')
    .description('give a unit back what its flash held before it was written, verify it and see it boot')
    .action(async (unit: string | undefined, options: RollbackOptions) => {
      const results = resolve(process.env['RIG_RESULTS'] ?? 'results');
      for (const folder of await damagedBackups(results))
        process.stderr.write(`warning: ${folder} is damaged; it may be a newer backup of the unit\n`);
      if (options.list || unit === undefined) return list(await findBackups(results), results);
      const found = await newestBackup(results, unit, options.station);
      if (found === undefined)
        throw new RigError(
          'BACKUP_MISSING',
          `${results} has no backup of ${unit}; \`rig rollback --list\` shows all`,
        );
      process.exitCode = await run(found, options);
    });
}

function list(backups: readonly FoundBackup[], results: string): void {
  if (backups.length === 0) process.stdout.write(`no backups in ${results}\n`);
  for (const { folder, backup } of backups) {
    const { unit, takenAt, station, slot, board, sizeBytes, isBlank } = backup;
    const size = `${sizeBytes} bytes${isBlank ? ', blank' : ''}${backup.isUnproved ? ', of a board that was half written' : ''}`;
    process.stdout.write(`${unit}  ${takenAt}  ${station} ${slot}  ${board}  ${size}  ${folder}\n`);
  }
}

/** Resolves with the exit code of the run. */
async function run({ folder, backup }: FoundBackup, options: RollbackOptions): Promise<number> {
  const { station = backup.station, slot = backup.slot } = options;
  const { slots } = await findStation(station);
  if (!slots.some(({ id }) => id === slot)) {
    const known = slots.map(({ id }) => id).join(', ');
    throw new RigError('CONFIG_INVALID', `${station} has no ${slot}; it has ${known}`);
  }
  process.stdout.write(
    `${backup.unit}: ${backup.sizeBytes} bytes of ${backup.takenAt}, in ${station} ${slot}\n`,
  );
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const args = [playwright, 'test', `--project=${station}`, 'rollback', '-g', `@${slot}(?![\\w-])`];
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, RIG_BACKUP: folder },
  });
  // The terminal sends Ctrl-C to both; the run ends itself and its boards first.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of terminating) process.on(signal, pass);
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    process.off('SIGINT', ignore);
    for (const signal of terminating) process.off(signal, pass);
  }
}

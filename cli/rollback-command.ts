import type { Command } from 'commander';
import { addCommand } from './new-command.js';

/** The flags of `rig rollback`. */
export interface RollbackFlags {
  station?: string;
  slot?: string;
  list?: boolean;
  json?: boolean;
}

/** `rig rollback UNIT`: writes the newest backup of a unit back, as a run of its own with records, power and guard. */
export function addRollbackCommand(program: Command): void {
  addCommand(program, 'rollback', {
    about: 'give a unit back what its flash held before it was written, verify it and see it boot',
    json: 'list of {unit, takenAt, station, slot, board, sizeBytes, folder, …} with --list, else {runId, folder, stations, units, exitCode}',
    examples: [
      ['rollback --list', 'the backups that there are'],
      ['rollback 24:6f:28:84:00:02', 'the newest backup, in the slot where it was taken'],
      ['rollback 24:6f:28:84:00:02 --station station2 --slot slot1', 'the board is there now'],
    ],
  })
    .argument('[unit]', 'the unit: its MAC or other id, as in the records')
    .option('--station <name>', 'station in which it is now (default: where the backup was taken)')
    .option('--slot <id>', 'slot in which it is now (default: where the backup was taken)')
    .option('--list', 'list the backups that there are')
    .action(async (unit: string | undefined, flags: RollbackFlags) => {
      const { rollback } = await import('./rollback.js');
      await rollback(unit, flags);
    });
}

import type { Command } from 'commander';
import { addCommand } from '../new-command.js';

const someBatch = 'id of a batch; the newest unless told';

/** `rig batch list` and `rig batch status`. */
export function addBatchStatus(batch: Command, statusFields: string): void {
  addCommand(batch, 'list', {
    about: 'list the batches, the newest first',
    json: 'list of {id, folder, state, units, passed, failed, pending, waves, gates, …}',
    examples: [['batch list', 'id, state and counts of each']],
  }).action(async ({ json }: { json?: boolean }) => {
    const { list } = await import('./list.js');
    await list({ json });
  });
  addCommand(batch, 'status', {
    about: 'say how far a batch is',
    json: statusFields,
    notes: 'Exit code of --follow: as the batch ends. Without it 0: what is asked is the state.',
    examples: [
      ['batch status station1-50', 'units, waves, gates and what must be known'],
      ['batch status station1-50 --follow', 'until it ends'],
    ],
  })
    .argument('[batch]', someBatch)
    .option('--follow', 'stay until the batch ends; in a terminal the lines are kept up to date in place')
    .action(async (id: string | undefined, flags: { follow?: boolean; json?: boolean }) => {
      const { status } = await import('./status.js');
      await status(id, flags);
    });
}

/** `rig batch report`. */
export function addBatchReport(batch: Command): void {
  addCommand(batch, 'report', {
    about: 'make every report of a batch again from its journal, and its Allure page',
    json: '{results, report, rework, summary, factoryRecords, allure}: paths',
    examples: [['batch report station1-50', 'prints the paths of what was written']],
  })
    .argument('[batch]', someBatch)
    .action(async (id: string | undefined, { json }: { json?: boolean }) => {
      const { report } = await import('./report.js');
      await report(id, { json });
    });
}

import type { Command } from 'commander';
import { addCommand, addGroup } from '../new-command.js';

/** `rig checkpoint …`: points of a batch's journal that can be proved. */
export function addCheckpointCommands(program: Command): void {
  const checkpoint = addGroup(program, 'checkpoint', 'list and prove the checkpoints of batches');
  addCommand(checkpoint, 'list', {
    about: 'list the checkpoints of a batch',
    json: '{batch, folder, checkpoints}',
    examples: [['checkpoint list station1-50', 'the oldest first']],
  })
    .argument('[batch]', 'id of a batch; the newest unless told')
    .action(async (id: string | undefined, { json }: { json?: boolean }) => {
      const { listById } = await import('./list.js');
      await listById(id, { json });
    });
  addCommand(checkpoint, 'validate', {
    about: 'prove the journal of a batch, its checkpoints and files, and that its inputs are unchanged',
    json: '{batch, folder, valid, journal, checkpoints}',
    notes:
      'Ends with 1 when anything is not as it was left; each damage is named with its place and what to do.',
    examples: [
      ['checkpoint validate station1-50', 'the whole journal and every checkpoint'],
      ['checkpoint validate station1-50 cp-0003', 'that one alone'],
    ],
  })
    .argument('<batch>', 'id of a batch')
    .argument('[checkpoint]', 'id of a checkpoint; all unless told')
    .action(async (id: string, checkpoint: string | undefined, { json }: { json?: boolean }) => {
      const { validateById } = await import('./validate.js');
      await validateById(id, checkpoint, { json });
    });
}

import { listCheckpoints } from '../../batch/journal/checkpoint-files.js';
import { readBatchFile } from '../../batch/order/batch-folder.js';
import { findFolder } from '../batch/find-batch.js';
import { formatColumns } from '../columns.js';
import { answer } from '../output.js';
import { placesOf } from '../places.js';

interface Flags {
  json: boolean | undefined;
}

/** Prints the checkpoints of a batch, of the newest unless told. Throws BATCH_UNKNOWN. */
export async function listById(id: string | undefined, flags: Flags): Promise<void> {
  await printCheckpoints(await findFolder(id, placesOf()), flags);
}

/** Prints the checkpoints of a batch in the order of its journal. */
export async function printCheckpoints(folder: string, { json }: Flags): Promise<void> {
  const { id: batch } = await readBatchFile(folder);
  const checkpoints = await listCheckpoints(folder);
  const rows = checkpoints.map(({ id, checkpoint, damaged }) => {
    if (checkpoint === undefined) return [id, '-', '-', '-', `DAMAGED: ${damaged ?? ''}`];
    const { at, seq, done, units } = checkpoint;
    return [id, at, String(seq), `${done} of ${units}`, 'not proved; `rig checkpoint validate` does'];
  });
  answer(json, { batch, folder, checkpoints }, () =>
    rows.length === 0
      ? `${batch} has no checkpoint yet\n`
      : formatColumns(['checkpoint', 'at', 'line', 'done', 'state'], rows),
  );
}

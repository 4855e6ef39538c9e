import { listBatches } from '../../batch/order/batch-status.js';
import { formatColumns } from '../columns.js';
import { answer } from '../output.js';
import { resultsFolder } from '../places.js';
import { batchIdsIn } from './batch-ids.js';
import { newestFirst } from './find-batch.js';

const head = ['batch', 'state', 'units', 'passed', 'failed', 'errors', 'to do', 'last'];

/** Prints every batch of the results folder. */
export async function list({ json }: { json: boolean | undefined }): Promise<void> {
  const results = resultsFolder();
  const batches = newestFirst(await listBatches(results));
  const rows = batches.map(({ id, state, units, passed, failed, errors, pending, lastAt }) => {
    const counts = [units, passed, failed, errors, pending].map(String);
    return [id, state, ...counts, lastAt ?? '-'];
  });
  for (const id of batchIdsIn(results).filter((each) => !batches.some((batch) => batch.id === each)))
    process.stderr.write(`${id} cannot be read: \`rig checkpoint validate ${id}\` says why\n`);
  answer(json, batches, () => (rows.length === 0 ? `no batch in ${results}\n` : formatColumns(head, rows)));
}

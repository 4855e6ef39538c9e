import { join } from 'node:path';
import { runtimeFolder } from '../../core/runtime-folder.js';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectRpc } from '../../core/rpc.js';
import { journalWriter } from '../journal/journal.js';
import { journalName } from '../projections/run-data.js';
import { batchStatus, type BatchStatus } from './batch-status.js';

/** What an operator tells the run of a batch. `cancel`: units in hand are made safe, and the batch is over. */
export type BatchControl = 'pause' | 'resume' | 'cancel';

const answerTimeoutMs = 10_000;

/** Tells the run that is under way. Resolves when the run has it in its journal. Throws BATCH_NOT_RUNNING. */
export async function controlBatch(folder: string, what: BatchControl, why: string): Promise<BatchStatus> {
  const writer = await journalWriter(join(folder, journalName));
  const { id } = await batchStatus(folder);
  const nobody = () => new RigError('BATCH_NOT_RUNNING', `no run of ${id} is under way`);
  if (writer === undefined) throw nobody();
  const socket = join(runtimeFolder('.', process.env), `${writer.runId}.sock`);
  const client = await connectRpc(socket, { onLost: nobody });
  try {
    await withDeadline(() => client.request('control', { what, why }), {
      timeoutMs: answerTimeoutMs,
      onTimeout: () =>
        new RigError('BATCH_NOT_RUNNING', `the run of ${id} (pid ${writer.pid}) does not answer`),
    });
  } finally {
    client.close();
  }
  return batchStatus(folder);
}

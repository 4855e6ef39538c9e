import { batchStatus } from '../../batch/order/batch-status.js';
import { startBatch } from '../../batch/order/start-batch.js';
import type { ResumeOptions } from '../../batch/units/pending.js';
import { printJson } from '../output.js';

/** Runs a batch in this terminal; the process ends with the batch's exit code. */
export async function runBatch(
  folder: string,
  options: ResumeOptions,
  { json }: { json: boolean | undefined },
): Promise<void> {
  const exitCode = await startBatch(folder, options);
  process.exitCode = exitCode;
  if (json) printJson({ ...(await batchStatus(folder)), exitCode });
}

import { startBatch } from '../../batch/order/start-batch.js';
import type { ResumeOptions } from '../../batch/units/pending.js';
import { printJson } from '../output.js';
import { statusReport } from './status-report.js';

/** Runs a batch in this terminal; the process ends with the batch's exit code. */
export async function runBatch(
  folder: string,
  options: ResumeOptions,
  { json }: { json: boolean | undefined },
): Promise<void> {
  const { exitCode, why } = await startBatch(folder, options);
  process.exitCode = exitCode;
  if (json) return printJson({ ...(await statusReport(folder)), exitCode });
  for (const each of why) process.stderr.write(`${each}\n`);
}

import { startBatch } from '../../batch/order/start-batch.js';
import type { ResumeOptions } from '../../batch/units/pending.js';
import { exitCodes } from '../exit-codes.js';
import { printJson } from '../output.js';
import { headline } from './describe-status.js';
import { statusReport } from './status-report.js';

/** Runs a batch in this terminal; the process ends with the batch's exit code. Throws before anything is energised. */
export async function runBatch(
  folder: string,
  options: ResumeOptions,
  { json }: { json: boolean | undefined },
): Promise<void> {
  const end = await startBatch(folder, options, json ? 'stderr' : 'stdout');
  process.exitCode = exitCodes[end];
  const report = await statusReport(folder);
  if (json) return printJson({ ...report, exitCode: process.exitCode });
  // The run itself has said why; a run that died, or had nothing to do, has said nothing.
  process.stdout.write(`${headline(report)}, ${end === 'good' ? 'good' : 'NOT GOOD'}\n`);
}

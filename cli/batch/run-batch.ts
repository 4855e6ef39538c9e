import { startBatch } from '../../batch/order/start-batch.js';
import type { ResumeOptions } from '../../batch/units/pending.js';
import { exitCodes } from '../exit-codes.js';
import { printJson } from '../output.js';
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
  const why = report.verdict?.why.map((each) => `  ${each}\n`) ?? [];
  process.stderr.write(
    `${report.id}: ${report.state}, ${end === 'good' ? 'good' : 'NOT GOOD'}\n${why.join('')}`,
  );
}

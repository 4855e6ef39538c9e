import { answer } from '../output.js';
import { placesOf } from '../places.js';
import { describeStatus } from './describe-status.js';
import { findFolder } from './find-batch.js';
import { follow } from './follow.js';
import { exitCodeOfBatch, statusReport } from './status-report.js';

export interface StatusFlags {
  follow?: boolean;
  json?: boolean;
}

/** Prints how far a batch is; with `--follow` until it ends, and ends as it does. Throws BATCH_UNKNOWN, JOURNAL_CORRUPT. */
export async function status(id: string | undefined, flags: StatusFlags): Promise<void> {
  const folder = await findFolder(id, placesOf());
  if (flags.follow) await follow(folder, flags.json ? undefined : process.stdout);
  const report = await statusReport(folder);
  answer(flags.json, report, () => `${describeStatus(report).join('\n')}\n`);
  if (flags.follow) process.exitCode = exitCodeOfBatch(report);
}

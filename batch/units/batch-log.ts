import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RigError } from '../../core/errors.js';
import type { BatchLog } from '../../rigs/batch/types.js';
import { openLog } from '../run/log-file.js';
import { logRunEvents, type LogFeed } from '../run/run-log.js';

/** Writes what happens in the run of a batch as the batch's `log` says; the function ends it. */
export function openBatchLog(
  { resultsCsv: _copy, file, ...log }: BatchLog,
  resultsFolder: string,
  feed: LogFeed,
): () => Promise<void> {
  const opened = openLog({ ...log, file: file ?? join(resultsFolder, 'batch.log') });
  const end = logRunEvents(opened, feed);
  return async () => {
    end();
    await opened.close();
  };
}

/** Puts the copy of the results where the batch wants it. Throws REPORT_FAILED. */
export async function copyResults({ resultsCsv }: BatchLog, results: string): Promise<void> {
  if (resultsCsv === undefined) return;
  try {
    await mkdir(dirname(resultsCsv), { recursive: true });
    await copyFile(results, resultsCsv);
  } catch (cause) {
    throw new RigError('REPORT_FAILED', `${resultsCsv}: ${String(cause)}`, { cause });
  }
}

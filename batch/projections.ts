import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pollUntil } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { hasErrno, replaceFile } from '../core/files.js';
import { batchReport, batchReportName } from '../reports/batch-report.js';
import { batchResultsCsv } from '../reports/batch-results.js';
import { factoryRows, mergeFactoryRecords } from '../reports/factory-records.js';
import { reworkCsv } from '../reports/rework.js';
import { summaryText } from '../reports/summary.js';
import { unitsOf } from '../reports/units.js';
import { acquireLock, type HeldLock } from './locks.js';
import { readRunData } from './run-data.js';

/** Absolute paths of what was written. */
export interface ProjectionFiles {
  results: string;
  report: string;
  rework: string;
  summary: string;
  /** One a day on which an attempt ended. */
  factoryRecords: string[];
}

/**
 * Makes every report of a results folder from its journal alone; doing it again makes the same files. Each file is replaced in one
 * step. Throws JOURNAL_CORRUPT before anything is written, REPORT_FAILED when there is no run in it or the day's factory records cannot be added to.
 */
export async function writeProjections(resultsFolder: string): Promise<ProjectionFiles> {
  const data = await readRunData(resultsFolder);
  if (data.runs.length === 0)
    throw new RigError('REPORT_FAILED', `the journal in ${resultsFolder} holds no run`);
  const units = unitsOf(data);
  const days = factoryRows(units);
  const within = (name: string) => join(resultsFolder, name);
  const files: ProjectionFiles = {
    results: within('batch_results.csv'),
    report: within(batchReportName(data)),
    rework: within('rework.csv'),
    summary: within('summary.txt'),
    factoryRecords: [...days.keys()].map((day) => factoryPath(resultsFolder, day)),
  };
  const listed = [files.results, files.report, files.rework, ...files.factoryRecords];
  const named = listed.map((file) => relative(resultsFolder, file));
  await replaceFile(files.results, batchResultsCsv(units));
  await replaceFile(files.report, `${JSON.stringify(batchReport(data, units), null, 2)}\n`);
  await replaceFile(files.rework, reworkCsv(units));
  await replaceFile(files.summary, summaryText(data, units, named));
  if (days.size > 0) await writeFactoryRecords(resultsFolder, days, data.runs.at(-1)?.header.runId ?? '');
  return files;
}

async function writeFactoryRecords(
  resultsFolder: string,
  days: ReturnType<typeof factoryRows>,
  runId: string,
): Promise<void> {
  const lock = await lockFactoryRecords(join(dirname(resultsFolder), 'factory_records.lock'), runId);
  try {
    for (const [day, rows] of days) {
      const path = factoryPath(resultsFolder, day);
      await replaceFile(path, mergeFactoryRecords(await readIfThere(path), rows, path));
    }
  } finally {
    await lock.release();
  }
}

function factoryPath(resultsFolder: string, day: string): string {
  return join(dirname(resultsFolder), `factory_records_${day}.csv`);
}

/** Waits for another run that is writing: it takes milliseconds. */
async function lockFactoryRecords(path: string, runId: string): Promise<HeldLock> {
  let held = 'nobody';
  const onBusy = ({ pid, runId: other }: { pid: number; runId: string }) => {
    held = `run ${other} (pid ${pid})`;
    return new RigError('REPORT_FAILED', held);
  };
  const attempt = async () => {
    try {
      return await acquireLock(path, { runId, onBusy });
    } catch (thrown) {
      if (thrown instanceof RigError) return undefined;
      throw thrown;
    }
  };
  const onTimeout = () => new RigError('REPORT_FAILED', `${path} has been held for 10 s by ${held}`);
  return pollUntil(attempt, { intervalMs: 20, timeoutMs: 10_000, onTimeout });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (hasErrno(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { hasErrno } from '../../core/files.js';
import { mergedFactoryRecords } from '../../reports/factory-merge.js';
import type { FactoryDay, FactoryRecords } from '../../reports/factory-records.js';
import { openAtomicWriter } from './atomic-writer.js';
import { acquireLock, type HeldLock } from '../locks.js';

/** The factory records of a day, in the folder that holds the results folders of all runs. */
export function factoryPath(results: string, day: string): string {
  return join(results, `factory_records_${day}.csv`);
}

/** Works the records of a run into the files of their days, one run at a time. Throws REPORT_FAILED when one of these is not a table. */
export async function writeFactoryRecords(
  results: string,
  records: FactoryRecords,
  runId: string,
): Promise<void> {
  const lock = await lockFactoryRecords(join(results, 'factory_records.lock'), runId);
  try {
    for (const day of records.days()) await writeDay(factoryPath(results, day), records.ofDay(day));
  } finally {
    await lock.release();
  }
}

async function writeDay(path: string, day: FactoryDay): Promise<void> {
  const existing = await readIfThere(path);
  const writer = await openAtomicWriter(path);
  try {
    for await (const lines of mergedFactoryRecords(existing, day, path)) {
      writer.add(lines);
      if (writer.isFull()) await writer.drain();
    }
    await writer.commit();
  } finally {
    existing?.destroy();
    await writer.discard();
  }
}

/** Waits for another run that is writing: it takes milliseconds, and some seconds for the largest. */
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

async function readIfThere(path: string): Promise<Readable | undefined> {
  try {
    return (await open(path, 'r')).createReadStream();
  } catch (thrown) {
    if (hasErrno(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

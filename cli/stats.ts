import { access, open, readdir, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readJournal } from '../batch/journal/journal-reader.js';
import { journalName } from '../batch/projections/run-data.js';
import { RigError } from '../core/errors.js';
import { hasErrno } from '../core/files.js';
import { statsCollector, type Collector } from '../reports/stats/collector.js';
import { statistics, type Source, type Statistics } from '../reports/stats/statistics.js';

/** What `rig stats` is asked for. */
export interface StatsRequest {
  /** Results folders of runs or batches. */
  folders: readonly string[];
  filter: Source['filter'];
  /** Ids of golden and known-bad units that the station files name. */
  knownUnits: ReadonlySet<string>;
  notices: readonly string[];
}

/**
 * Reads the journals and makes the figures. Throws REPORT_FAILED for a folder without a journal. Where a chain is broken, the records before the
 * break count, and a notice says so.
 */
export async function makeStatistics(request: StatsRequest): Promise<Statistics> {
  const { filter, knownUnits } = request;
  const journals = await inOrderOfTime(request.folders);
  const notices = [...request.notices];
  const collector = statsCollector();
  for (const { path } of journals) {
    collector.nextFolder();
    try {
      await collect(path, collector);
    } catch (thrown) {
      if (!(thrown instanceof RigError) || thrown.code !== 'JOURNAL_CORRUPT') throw thrown;
      notices.push(`${thrown.message}; what stands after it does not count`);
    }
  }
  const folders = journals.map(({ folder }) => basename(folder));
  return statistics(collector.collected(), { folders, filter, notices, knownUnits });
}

/** Every folder below `results` that has a journal. */
export async function allResults(results: string): Promise<string[]> {
  const names = await readdir(results, { withFileTypes: true }).catch((thrown: unknown) => {
    if (hasErrno(thrown, 'ENOENT'))
      throw new RigError('REPORT_FAILED', `there is no results folder ${results}`);
    throw thrown;
  });
  const folders = names.filter((entry) => entry.isDirectory()).map(({ name }) => join(results, name));
  const found = await Promise.all(folders.map((folder) => isThere(join(folder, journalName))));
  return folders.filter((_, index) => found[index]);
}

async function collect(path: string, collector: Collector): Promise<void> {
  for await (const { type, data } of readJournal(path)) {
    if (type === 'attempt-start') collector.started(data);
    if (type === 'attempt') collector.attempt(data);
  }
}

/** By the time of the first line, each folder once, whatever link leads to it. */
async function inOrderOfTime(folders: readonly string[]) {
  const real = await Promise.all(
    folders.map(async (folder) => {
      const path = join(resolve(folder), journalName);
      if (!(await isThere(path))) throw new RigError('REPORT_FAILED', `there is no journal ${path}`);
      return realpath(folder);
    }),
  );
  const journals = await Promise.all(
    [...new Set(real)].map(async (folder) => {
      const path = join(folder, journalName);
      return { folder, path, at: await beginOf(path) };
    }),
  );
  return journals.sort((a, b) => a.at.localeCompare(b.at) || a.folder.localeCompare(b.folder));
}

/** When the first line was written; it is near the start of the line, so that the line need not be read to its end. */
async function beginOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return /"at":"([^"]+)"/.exec(buffer.toString('latin1', 0, bytesRead))?.[1] ?? '';
  } finally {
    await file.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

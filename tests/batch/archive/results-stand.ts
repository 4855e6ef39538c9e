// A results folder with runs and batches in it, as they lie there when they are over.
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { JournalData, JournalType } from '../../../batch/journal/journal-entries.js';
import { openJournal } from '../../../batch/journal/journal.js';
import { pruneResults, type PruneOptions } from '../../../batch/archive/prune-results.js';
import type { Retention } from '../../../rigs/retention.js';
import { lease } from '../../fixtures/sample.js';

export const dayMs = 86_400_000;

/** Every run of the stand was used before this moment. */
export const now = new Date('2026-11-20T12:00:00Z');

export interface ResultsStand {
  results: string;
  /** Adds a run, or a batch with these entries in its journal; returns its folder. */
  add(name: string, options?: AddOptions): Promise<string>;
  /** Puts a file anywhere in the results. */
  put(path: string, content: string): Promise<void>;
  prune(retention: Retention, more?: Partial<PruneOptions>): Promise<Record<string, string>>;
}

export interface AddOptions {
  daysOld?: number;
  /** Id of the run, where it is another one than the folder's name. */
  runId?: string;
  /** More files, by their path within the folder. */
  files?: Record<string, string | Buffer>;
  entries?: { [Type in JournalType]: [Type, JournalData[Type]] }[JournalType][];
  isBatch?: boolean;
}

export async function resultsStand(t: TestContext): Promise<ResultsStand> {
  const root = await mkdtemp(join(tmpdir(), 'results-stand-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const results = join(root, 'results');
  await mkdir(results);
  const put = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(results, path)), { recursive: true });
    await writeFile(join(results, path), content);
  };
  return {
    results,
    put,
    async add(name, { daysOld = 0, runId = name, files = {}, entries = [], isBatch = false } = {}) {
      const folder = join(results, name);
      await mkdir(folder, { recursive: true });
      const journal = await openJournal(join(folder, 'journal.jsonl'), { runId });
      await journal.append('run', runHeader(runId));
      for (const [type, data] of entries) await journal.append(type, data);
      await journal.close();
      const order = { files: [], flags: {} };
      const batch = { id: name, order, rigs: '', specs: '', createdAt: now.toISOString() };
      if (isBatch) await put(`${name}/batch.json`, JSON.stringify(batch));
      for (const [path, content] of Object.entries(files)) await put(`${name}/${path}`, content);
      const usedAt = new Date(now.getTime() - daysOld * dayMs);
      await utimes(join(folder, 'journal.jsonl'), usedAt, usedAt);
      return folder;
    },
    async prune(retention, more = {}) {
      const { steps } = await pruneResults({ results, retention, now, ...more });
      return Object.fromEntries(steps.map(({ name, done, why }) => [name, `${done}: ${why}`]));
    },
  };
}

export function linkLatest(stand: ResultsStand, name: string): Promise<void> {
  return symlink(name, join(stand.results, 'latest'));
}

function runHeader(runId: string): JournalData['run'] {
  return {
    runId,
    batch: runId,
    stations: ['station1'],
    releases: [],
    versions: {},
    pid: 1,
    host: 'bench',
    argv: [],
    startedAt: now.toISOString(),
  };
}

/** The entries of a batch of so many units, of which so many have a result. */
export function batchEntries(units: number, done: number): AddOptions['entries'] {
  const header: JournalData['batch'] = {
    id: 'lot',
    strategy: 'parallel',
    programme: 'provision',
    units,
    inputs: {},
    changed: [],
    notices: [],
    pending: units,
    inHand: [],
  };
  const attempts = Array.from({ length: done }, (_, index): JournalData['attempt'] => ({
    ...lease.header,
    attemptId: `run/station1/slot1/${index + 1}`,
    unit: index + 1,
    endedAt: now.toISOString(),
    outcome: 'pass',
    steps: [],
    measurements: [],
    proof: 'release',
  }));
  const counts = { pass: done, fail: 0, error: 0, aborted: 0, skipped: 0 };
  return [
    ['batch', header],
    ...attempts.map((record): ['attempt', JournalData['attempt']] => ['attempt', record]),
    ['run-end', { status: 'passed', endedAt: now.toISOString(), attempts: counts }],
  ];
}

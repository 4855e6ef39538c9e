import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RigError } from '../../core/errors.js';
import type { Retention } from '../../rigs/retention.js';
import { acquireLock, type HeldLock } from '../locks.js';
import { journalName } from '../projections/run-data.js';
import { keepReason, stillNeeded } from './keep-reasons.js';
import { archiveFolder, listResults, type StoredResults } from './list-results.js';
import {
  archiveEnding,
  archiveFolderOf,
  leavingPrefix,
  readIndex,
  removeArchive,
  removeFolder,
} from './make-archive.js';

export interface PruneOptions {
  /** Folder of all results. */
  results: string;
  retention: Retention;
  /** Says what would be done and does nothing. */
  dryRun?: boolean;
  now?: Date;
}

/** One folder or archive, and what became of it. */
export interface PruneStep extends StoredResults {
  /** `kept`: its time has come, but it is still needed. `failed`: it could not be done, and it is as it was. */
  done: 'archived' | 'removed' | 'kept' | 'failed';
  why: string;
}

export interface PruneReport {
  steps: PruneStep[];
  /** Bytes of folders and archives before and after; after a dry run at most so many. */
  beforeBytes: number;
  afterBytes: number;
}

type Action = 'archive' | 'remove';

const dayMs = 86_400_000;

/**
 * Archives and removes old results. What is in use or still needed stays, whatever its age, and so do the records of units (`factory_records_*.csv`) and
 * everything that is no run. Throws RESULTS_BUSY when another process does the same; what fails for one folder is a step of the report.
 */
export async function pruneResults(options: PruneOptions): Promise<PruneReport> {
  const { results, dryRun = false } = options;
  if (dryRun) return prune(options);
  const lock = await acquireLock(join(results, archiveFolder, '.lock'), {
    runId: 'rig results prune',
    onBusy: ({ pid }) => new RigError('RESULTS_BUSY', `process ${pid} prunes ${results} already`),
  });
  try {
    await removeRemains(results);
    await removeRemains(join(results, archiveFolder));
    return await prune(options);
  } finally {
    await lock.release();
  }
}

async function prune({
  results,
  retention,
  dryRun = false,
  now = new Date(),
}: PruneOptions): Promise<PruneReport> {
  const archive = join(results, archiveFolder);
  const act = dryRun ? pretend : (stored: StoredResults, action: Action) => doIt(stored, action, archive);
  const stored = await listResults(results);
  const steps: PruneStep[] = [];
  const beforeBytes = totalOf(stored);
  for (const each of stored) {
    const due = dueByAge(each, retention, now);
    if (due) steps.push(await step(each, due, { results, act }));
  }
  const bytes = await pruneBySize({ results, retention, dryRun, steps, act });
  return { steps, beforeBytes, afterBytes: bytes };
}

/** What the age of results asks for; undefined when nothing. A clock that was set back makes nothing old. */
function dueByAge(
  { kind, lastUsedAt }: StoredResults,
  { archiveDays, keepDays }: Retention,
  now: Date,
): { action: Action; why: string } | undefined {
  const days = (now.getTime() - lastUsedAt.getTime()) / dayMs;
  const used = `last used ${Math.floor(days)} days ago`;
  if (keepDays !== undefined && days > keepDays)
    return { action: 'remove', why: `${used}, kept for ${keepDays}` };
  if (archiveDays !== undefined && days > archiveDays && kind === 'folder')
    return { action: 'archive', why: `${used}, archived after ${archiveDays}` };
  return undefined;
}

type Act = (stored: StoredResults, action: Action) => Promise<void>;

/** Removes the oldest until the rest fits. Returns the bytes that are left. */
async function pruneBySize({
  results,
  retention: { maxBytes },
  dryRun,
  steps,
  act,
}: {
  results: string;
  retention: Retention;
  dryRun: boolean;
  steps: PruneStep[];
  act: Act;
}): Promise<number> {
  const isGone = ({ path }: StoredResults) =>
    steps.some((done) => done.path === path && done.done === 'removed');
  const left = (await listResults(results)).filter((each) => !dryRun || !isGone(each));
  let bytes = totalOf(left);
  for (const each of left) {
    if (maxBytes === undefined || bytes <= maxBytes) break;
    // Once is enough to say why something stays.
    if (steps.some(({ path, done }) => path === each.path && (done === 'kept' || done === 'failed')))
      continue;
    const why = `results have ${bytes} bytes, at most ${maxBytes} may stay`;
    const made = await step(each, { action: 'remove', why }, { results, act });
    steps.push(made);
    if (made.done === 'removed') bytes -= each.sizeBytes;
  }
  return bytes;
}

async function step(
  stored: StoredResults,
  { action, why }: { action: Action; why: string },
  { results, act }: { results: string; act: Act },
): Promise<PruneStep> {
  try {
    // Asked anew for each: a run may have begun meanwhile.
    const reason = await keepReason(stored, await stillNeeded(results));
    if (reason !== undefined) return { ...stored, done: 'kept', why: reason };
    await act(stored, action);
    return { ...stored, done: action === 'remove' ? 'removed' : 'archived', why };
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    return { ...stored, done: 'failed', why: what };
  }
}

const pretend: Act = () => Promise.resolve();

async function doIt(stored: StoredResults, action: Action, archive: string): Promise<void> {
  const { kind, path } = stored;
  if (kind === 'archive') return removeArchive(path);
  // Nobody begins to write it meanwhile; the lock goes with the folder.
  const lock = await lockFolder(path);
  try {
    if (action === 'archive') await archiveFolderOf(path, archive, stored);
    else await removeFolder(path);
  } finally {
    await lock.release();
  }
}

function lockFolder(folder: string): Promise<HeldLock> {
  return acquireLock(join(folder, `${journalName}.lock`), {
    runId: 'rig results prune',
    onBusy: ({ runId, pid }) =>
      new RigError('JOURNAL_BUSY', `${folder} is written by run ${runId} (pid ${pid})`),
  });
}

/** What an earlier one that died was about to remove, and archives that it did not finish. Only under the lock: a live one's look the same. */
async function removeRemains(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const isDraft = name.startsWith('.') && name.endsWith(`${archiveEnding}.tmp`);
    const isIndexDraft = /\.json\.\d+-[0-9a-f]{8}\.tmp$/.test(name);
    if (name.startsWith(leavingPrefix) || isDraft || isIndexDraft || (await isLoneIndex(folder, name, names)))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The index of an archive that is not there. */
async function isLoneIndex(folder: string, name: string, names: readonly string[]): Promise<boolean> {
  const archive = name.replace(/\.json$/, archiveEnding);
  if (archive === name || names.includes(archive)) return false;
  return (await readIndex(join(folder, archive)))?.contentSha256 !== undefined;
}

function totalOf(stored: readonly StoredResults[]): number {
  return stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

import { access, readdir, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { findBackups } from '../../drivers/flash/backup/find-backups.js';
import { journalWriter } from '../journal/journal.js';
import { readJournal } from '../journal/journal-reader.js';
import { batchStatus } from '../order/batch-status.js';
import { journalName } from '../projections/run-data.js';
import type { StoredResults } from './list-results.js';

/** What of the results folder somebody may still need. */
export interface StillNeeded {
  /** The folder that `latest` links to. */
  latest?: string;
  /** Runs that the fitness of a slot rests on. */
  fitnessRuns: ReadonlySet<string>;
  /** Runs that have left a unit whose flash nobody has proved since. */
  unprovedRuns: ReadonlySet<string>;
  /** Folders of the backups that such units need. */
  backups: readonly string[];
  /** A mark of such a unit cannot be read: nobody knows which backup it needs. */
  isAnyBackupNeeded: boolean;
}

/** Reads what stands beside the runs: marks of units, fitness of slots, the newest run. */
export async function stillNeeded(results: string): Promise<StillNeeded> {
  const latest = await realpath(join(results, 'latest')).catch(() => undefined);
  const fitness = await readAll(join(results, '.fitness'));
  const marks = await readAll(join(results, '.unproved'));
  const units = new Set(marks.map(({ name }) => name));
  const kept = units.size === 0 ? [] : await findBackups(results);
  // Newest first: the one that a rollback would take.
  const newest = [...units].flatMap((unit) => kept.find(({ backup }) => namesOf(backup).has(unit)) ?? []);
  return {
    ...(latest !== undefined && { latest }),
    fitnessRuns: new Set(fitness.flatMap(({ value }) => runOf(value) ?? [])),
    unprovedRuns: new Set(marks.flatMap(({ value }) => runOf(value) ?? [])),
    backups: [...marks.flatMap(({ value }) => backupOf(value) ?? []), ...newest.map(({ folder }) => folder)],
    isAnyBackupNeeded: marks.some(({ value }) => runOf(value) === undefined),
  };
}

/** Why a folder must stay as it is; undefined when nobody needs it there. Archives are needed by nobody. */
export async function keepReason(
  { kind, path, name, isPutAside }: StoredResults,
  needed: StillNeeded,
): Promise<string | undefined> {
  if (kind === 'archive') return undefined;
  const writer = await journalWriter(join(path, journalName));
  if (writer) return `run ${writer.runId} writes it (pid ${writer.pid})`;
  if (needed.latest === (await realpath(path).catch(() => path))) return 'results/latest is this run';
  const batch = isPutAside ? undefined : await openBatch(path);
  if (batch !== undefined) return batch;
  if (needed.backups.some((backup) => `${backup}${sep}`.startsWith(`${path}${sep}`)))
    return 'it has the backup of a unit whose flash is not proved';
  if (needed.isAnyBackupNeeded && (await isThere(join(path, 'backups'))))
    return 'it has backups, and a mark in results/.unproved cannot be read';
  const runs = await runsOf(path, name);
  if (runs === undefined) return 'its journal cannot be read; rig journal says why';
  if (runs.some((run) => needed.unprovedRuns.has(run)))
    return 'it has written a unit whose flash is not proved';
  if (runs.some((run) => needed.fitnessRuns.has(run))) return 'a slot is fit by its self-test';
  return undefined;
}

/** Why a batch may still be gone on with; undefined for a run without a batch, and for a batch that is over. */
async function openBatch(folder: string): Promise<string | undefined> {
  if (!(await isThere(join(folder, 'batch.json')))) return undefined;
  try {
    const { state } = await batchStatus(folder);
    if (state === 'complete' || state === 'cancelled') return undefined;
    return `its batch is not complete (${state}); rig batch cancel ends it`;
  } catch (thrown) {
    return `nobody knows whether its batch is complete: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

/** Ids of the runs in a folder; undefined when its journal cannot be read. */
async function runsOf(folder: string, name: string): Promise<string[] | undefined> {
  const runs = [name];
  try {
    const journal = readJournal(join(folder, journalName), { types: ['run'] });
    for await (const { data } of journal) runs.push(data.runId);
    return runs;
  } catch {
    return undefined;
  }
}

interface NoteFile {
  /** Its name without `.json`. */
  name: string;
  /** Undefined when it cannot be read. */
  value: unknown;
}

async function readAll(folder: string): Promise<NoteFile[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  return Promise.all(
    names.map(async (name) => ({
      name: name.slice(0, -'.json'.length),
      value: await readFile(join(folder, name), 'utf8').then(
        (text) => parsed(text),
        () => undefined,
      ),
    })),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An attempt's id begins with that of its run. */
function runOf(value: unknown): string | undefined {
  const { attemptId } = (value ?? {}) as { attemptId?: unknown };
  return typeof attemptId === 'string' && attemptId.includes('/') ? attemptId.split('/')[0] : undefined;
}

function backupOf(value: unknown): string | undefined {
  const { backup } = (value ?? {}) as { backup?: unknown };
  return typeof backup === 'string' ? backup : undefined;
}

/** A unit as the name of its mark has it; see `unitMark` of the fixtures. */
function namesOf({ unit, station, slot }: { unit: string; station: string; slot: string }): Set<string> {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9.:-]/g, '_');
  return new Set([plain(unit), ...(unit === slot ? [plain(`${station}.${slot}`)] : [])]);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

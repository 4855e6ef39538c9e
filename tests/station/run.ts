import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { AttemptRecord } from '../../core/record.js';
import { readJournal } from '../../batch/journal/journal-reader.js';
import { cleanEnvironment } from '../clean-environment.js';
import type { RigFolder } from '../rig-folder.js';

export interface StationRun {
  exitCode: number;
  /** Everything it printed, both streams. */
  output: string;
}

/** What a run needs to know of the rig that it is for. */
export type RunsOn = Pick<RigFolder, 'station' | 'results' | 'env'> & {
  /** Folder with the specs; this project unless told. */
  cwd?: string;
};

/** Starts `npx playwright test --project=<station> …` on a rig of the test's own, as a user would. */
export function startStation(
  rig: RunsOn,
  words: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; output: () => string; ended: Promise<StationRun> } {
  const args = ['node_modules/@playwright/test/cli.js', 'test', `--project=${rig.station}`, ...words];
  const child = spawn(process.execPath, args, {
    env: { ...cleanEnvironment(), ...rig.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    ...(rig.cwd !== undefined && { cwd: rig.cwd }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = new Promise<StationRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, output }));
  });
  return { child, output: () => output, ended };
}

export function runStation(
  rig: RunsOn,
  words?: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<StationRun> {
  return startStation(rig, words, env).ended;
}

/** The results folder that `results/latest` names. */
export function latestResults(rig: RunsOn): Promise<string> {
  return realpath(join(rig.results, 'latest'));
}

export async function readCsv(path: string): Promise<Record<string, string>[]> {
  return parse(await readFile(path, 'utf8'), { columns: true }) as Record<string, string>[];
}

/** The records of a run's journal, by slot. */
export async function recordsBySlot(resultsFolder: string): Promise<Map<string, AttemptRecord>> {
  const records = new Map<string, AttemptRecord>();
  for await (const entry of readJournal(join(resultsFolder, 'journal.jsonl'))) {
    if (entry.type === 'attempt') records.set(entry.data.slot, entry.data);
  }
  return records;
}

/** Slots whose attempt began and has no record. */
export async function openAttempts(resultsFolder: string): Promise<string[]> {
  const open = new Set<string>();
  for await (const entry of readJournal(join(resultsFolder, 'journal.jsonl'))) {
    if (entry.type === 'attempt-start') open.add(entry.data.slot);
    if (entry.type === 'attempt') open.delete(entry.data.slot);
  }
  return [...open].sort();
}

/** The console logs of the latest run say that the app's blocks are on their way in these slots. */
export async function isFlashing(rig: RunsOn, slots: readonly string[]): Promise<boolean> {
  const results = await latestResults(rig).catch(() => undefined);
  if (results === undefined) return false;
  const logs = slots.map((slot) => readFile(join(results, `console/${slot}-1.log`), 'utf8').catch(() => ''));
  return (await Promise.all(logs)).every((log) => /Compressed \d{6,} bytes/.test(log));
}

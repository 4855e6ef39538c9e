import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { AttemptRecord } from '../../core/record.js';
import type { JournalData, JournalEntry } from '../../batch/journal/journal-entries.js';
import { readJournal } from '../../batch/journal/journal-reader.js';
import { cleanEnvironment } from '../clean-environment.js';
import type { RigFolder } from '../rig-folder.js';
import type { StationRun } from './run.js';

type BatchRig = Pick<RigFolder, 'folder' | 'results' | 'env' | 'station'>;

/** Writes a batch file of our own kind into the rig's folder; returns its path. */
export async function writeBatch(rig: BatchRig, batch: object): Promise<string> {
  const path = join(rig.folder, 'batch.yaml');
  await writeFile(path, stringify({ batch: 'lot', stations: [rig.station], ...batch }));
  return path;
}

/** Starts `rig WORDS` as a user would. */
export function startRig(
  rig: BatchRig,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; output: () => string; ended: Promise<StationRun> } {
  const child = spawn(process.execPath, ['cli/rig.js', ...words], {
    env: { ...cleanEnvironment(), ...rig.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 600_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = new Promise<StationRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, output }));
  });
  return { child, output: () => output, ended };
}

export function rig(of: BatchRig, words: readonly string[], env?: NodeJS.ProcessEnv): Promise<StationRun> {
  return startRig(of, words, env).ended;
}

/** Every line of the batch's journal, its chain proved. */
export async function journalOf({ results }: BatchRig, id = 'lot'): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of readJournal(join(results, id, 'journal.jsonl'))) entries.push(entry);
  return entries;
}

export function recordsIn(entries: readonly JournalEntry[]): AttemptRecord[] {
  return entries.flatMap((entry) => (entry.type === 'attempt' ? [entry.data] : []));
}

/** The lines of one type. */
export function linesOf<Type extends JournalEntry['type']>(
  entries: readonly JournalEntry[],
  type: Type,
): JournalData[Type][] {
  return entries.flatMap((entry) => (entry.type === type ? [entry.data as JournalData[Type]] : []));
}

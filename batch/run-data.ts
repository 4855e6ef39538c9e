import { join } from 'node:path';
import type { RunData, RunSpan, UnfinishedAttempt } from '../reports/run-data.js';
import { emptyChain, type JournalEntry } from './journal-entries.js';
import { readJournal } from './journal-reader.js';

/** Name of the journal in a results folder. */
export const journalName = 'journal.jsonl';

/** Reads the journal of a results folder into what the reports need. Throws JOURNAL_CORRUPT; a torn last line is left out. */
export async function readRunData(resultsFolder: string): Promise<RunData> {
  let chain = emptyChain;
  const data: Omit<RunData, 'unfinished' | 'chain'> = { batch: '', runs: [], attempts: [] };
  const open = new Map<string, UnfinishedAttempt>();
  const entries = readJournal(join(resultsFolder, journalName), { onLine: (head) => (chain = head) });
  for await (const entry of entries) {
    note(data.runs, entry);
    if (entry.type === 'run') data.batch = entry.data.batch;
    if (entry.type === 'attempt-start') open.set(entry.data.attemptId, entry.data);
    if (entry.type === 'attempt-device') Object.assign(open.get(entry.data.attemptId) ?? {}, entry.data);
    if (entry.type === 'attempt') {
      open.delete(entry.data.attemptId);
      data.attempts.push(entry.data);
    }
  }
  return { ...data, unfinished: [...open.values()], chain: { lines: chain.seq, head: chain.hash } };
}

function note(runs: RunSpan[], entry: JournalEntry): void {
  if (entry.type === 'run') runs.push({ header: entry.data, lastAt: entry.at });
  const run = runs.at(-1);
  if (run === undefined) return;
  run.lastAt = entry.at;
  if (entry.type === 'safe') run.safe = entry.data;
  if (entry.type === 'run-end') run.end = entry.data;
}

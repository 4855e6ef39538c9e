import { join } from 'node:path';
import {
  recordOfUnfinished,
  type BatchLines,
  type RunData,
  type RunSpan,
  type UnfinishedAttempt,
} from '../../reports/run-data.js';
import { factsMaker, type JournalAttempt } from './journal-attempts.js';
import type { JournalEntry } from '../journal/journal-entries.js';
import { entryOf, provedLines, type ProvedLine } from '../journal/journal-reader.js';
import { recordWithoutLists } from './record-text.js';

/** Name of the journal in a results folder. */
export const journalName = 'journal.jsonl';

/** What a journal says, without the records of its attempts: `openRecords` reads those. */
export type JournalData = RunData<JournalAttempt>;

/**
 * Reads the journal of a results folder into what the reports need, keeping of each attempt what is counted and where its record stands. Throws
 * JOURNAL_CORRUPT; a torn last line is left out.
 */
export async function readRunData(resultsFolder: string): Promise<JournalData> {
  const path = join(resultsFolder, journalName);
  const collected = collect();
  for await (const lines of provedLines(path)) for (const line of lines) collected.take(path, line);
  return collected.data(path);
}

function collect() {
  const runs: RunSpan[] = [];
  const attempts: JournalAttempt[] = [];
  const factsOf = factsMaker();
  /** By attempt id, the lines that say of it that it began and what its board is: parsed only when no record follows. */
  const open = new Map<string, OpenAttempt>();
  const chain = { lines: 0, head: '0'.repeat(64) };
  let batch = '';
  let ofBatch: BatchLines | undefined;
  let unfinished: UnfinishedAttempt[] = [];

  /** Attempts that have no record when their run is over never get one. */
  const endRun = (path: string) => {
    unfinished = [...open.values()].map(({ start, device }) => ({
      ...entryOf<'attempt-start'>(path, start).data,
      ...(device && entryOf<'attempt-device'>(path, device).data),
    }));
    open.clear();
    const endedAt = runs.at(-1)?.lastAt ?? '';
    for (const header of unfinished) {
      const record = recordOfUnfinished(header, endedAt);
      const facts = factsOf(record, { seq: 0, offset: 0, length: 0 });
      attempts.push({ ...facts, isOpen: true, isVerdict: false, record });
    }
  };
  const takeAttempt = (path: string, line: ProvedLine) => {
    const record = recordWithoutLists(path, line);
    open.delete(record.attemptId);
    attempts.push(factsOf(record, { seq: line.seq, offset: line.offset, length: line.bytes.length }));
  };
  const takeEntry = (path: string, entry: JournalEntry) => {
    if (entry.type === 'run') {
      endRun(path);
      batch = entry.data.batch;
      runs.push({ header: entry.data, lastAt: entry.at });
    }
    const run = runs.at(-1);
    if (run === undefined) return;
    if (entry.type === 'safe') run.safe = entry.data;
    if (entry.type === 'run-end') run.end = entry.data;
    ofBatch = noteBatchLine(ofBatch, entry, run.header.runId);
  };
  return {
    take(path: string, line: ProvedLine) {
      chain.lines = line.seq;
      chain.head = line.hash;
      const kept = () => ({ seq: line.seq, bytes: Buffer.from(line.bytes) });
      if (line.type === 'attempt') takeAttempt(path, line);
      else if (line.type === 'attempt-start') open.set(attemptIdOf(path, line), { start: kept() });
      else if (line.type === 'attempt-device') {
        const attempt = open.get(attemptIdOf(path, line));
        if (attempt) attempt.device = kept();
      } else takeEntry(path, entryOf(path, line));
      const run = runs.at(-1);
      if (run) run.lastAt = line.at;
    },
    data(path: string): JournalData {
      endRun(path);
      return { batch, runs, attempts, unfinished, ofBatch, chain };
    },
  };
}

type KeptLine = Pick<ProvedLine, 'seq' | 'bytes'>;

interface OpenAttempt {
  start: KeptLine;
  device?: KeptLine;
}

const idKey = '"data":{"attemptId":"';

/** Without parsing the line, where it is written as the journal writes it. */
function attemptIdOf(path: string, line: ProvedLine): string {
  const start = line.bytes.toString('latin1', 0, 400);
  const from = start.indexOf(idKey) + idKey.length;
  const id = start.slice(from, start.indexOf('"', from));
  const isPlain = from >= idKey.length && /^[\w./-]+$/.test(id);
  return isPlain ? id : entryOf<'attempt-start' | 'attempt-device'>(path, line).data.attemptId;
}

function noteBatchLine(
  known: BatchLines | undefined,
  { type, data, at }: JournalEntry,
  runId: string,
): BatchLines | undefined {
  if (!(
    type === 'batch' ||
    type === 'wave' ||
    type === 'gate' ||
    type === 'control' ||
    type === 'checkpoint'
  ))
    return known;
  const lines = known ?? { headers: [], waves: [], gates: [], controls: [], checkpoints: [] };
  const origin = { at, runId };
  if (type === 'batch') lines.headers.push({ ...data, ...origin });
  if (type === 'wave') lines.waves.push(data);
  if (type === 'gate') lines.gates.push({ ...data, ...origin });
  if (type === 'control') lines.controls.push({ ...data, ...origin });
  if (type === 'checkpoint') lines.checkpoints.push({ ...data, ...origin });
  return lines;
}

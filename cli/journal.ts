import { join, resolve } from 'node:path';
import { journalWriter } from '../batch/journal/journal.js';
import { journalName } from '../batch/projections/run-data.js';
import { readJournal } from '../batch/journal/journal-reader.js';
import { emptyChain } from '../batch/journal/journal-entries.js';
import { RigError } from '../core/errors.js';
import { hasErrno } from '../core/files.js';
import { csvStatus, type Outcome } from '../core/outcome.js';
import type { AttemptHeader } from '../core/record.js';

/** What `rig journal` says of a results folder. */
export interface JournalSummary {
  path: string;
  /** False when a line was changed, removed or put in; then everything below counts up to that line. */
  valid: boolean;
  /** Where and why the chain breaks. */
  problem?: string;
  lines: number;
  /** SHA-256 of the last good line. */
  head: string;
  /** Bytes of a last line that was cut short; the next run cuts it. */
  tornBytes: number;
  runs: { runId: string; startedAt: string; ended: boolean }[];
  /** The process that writes the journal now; absent when its last run has ended, in order or not. */
  writerPid?: number;
  attempts: { started: number; finished: number; outcomes: Partial<Record<Outcome, number>> };
  /** Attempts that began and have no record. */
  open: Pick<AttemptHeader, 'attemptId' | 'startedAt'>[];
}

/** Reads and proves the journal of a results folder. Throws REPORT_FAILED when there is none; a broken chain is told, not thrown. */
export async function journalSummary(folder: string): Promise<JournalSummary> {
  const path = join(resolve(folder), journalName);
  const open = new Map<string, Pick<AttemptHeader, 'attemptId' | 'startedAt'>>();
  const summary: Omit<JournalSummary, 'open'> = {
    path,
    valid: true,
    lines: 0,
    head: emptyChain.hash,
    tornBytes: 0,
    runs: [],
    attempts: { started: 0, finished: 0, outcomes: {} },
  };
  const { attempts, runs } = summary;
  const entries = readJournal(path, {
    onLine: ({ seq, hash }) => Object.assign(summary, { lines: seq, head: hash }),
    onTorn: ({ bytes }) => (summary.tornBytes = bytes.length),
  });
  try {
    for await (const { type, data } of entries) {
      const last = runs.at(-1);
      if (type === 'run') runs.push({ runId: data.runId, startedAt: data.startedAt, ended: false });
      else if (type === 'run-end' && last) last.ended = true;
      else if (type === 'attempt-start') {
        attempts.started += 1;
        open.set(data.attemptId, { attemptId: data.attemptId, startedAt: data.startedAt });
      } else if (type === 'attempt') {
        attempts.finished += 1;
        attempts.outcomes[data.outcome] = (attempts.outcomes[data.outcome] ?? 0) + 1;
        open.delete(data.attemptId);
      }
    }
  } catch (thrown) {
    if (hasErrno(thrown, 'ENOENT'))
      throw new RigError('REPORT_FAILED', `there is no journal ${path}`, { blame: 'config' });
    if (!(thrown instanceof RigError) || thrown.code !== 'JOURNAL_CORRUPT') throw thrown;
    Object.assign(summary, { valid: false, problem: thrown.message });
  }
  const writer = await journalWriter(path);
  return { ...summary, ...(writer && { writerPid: writer.pid }), open: [...open.values()] };
}

/** The summary as a person reads it. */
export function formatJournalSummary(summary: JournalSummary): string {
  const { attempts, open, runs, tornBytes } = summary;
  const chain = summary.valid
    ? `chain valid, ${summary.lines} lines`
    : `CHAIN BROKEN: ${summary.problem ?? ''}`;
  const outcomes = Object.entries(attempts.outcomes).map(
    ([outcome, count]) => `${count} ${csvStatus[outcome as Outcome].toLowerCase()}`,
  );
  return [
    summary.path,
    `  ${chain}`,
    ...(tornBytes > 0 ? [`  ${tornBytes} bytes of a torn last line; the next run cuts them`] : []),
    ...runs.map((run) => `  run ${run.runId}: ${stateOf(run, summary)}`),
    `  attempts: ${attempts.started} started, ${attempts.finished} finished${outcomes.length > 0 ? ` (${outcomes.join(', ')})` : ''}, ${open.length} open`,
    ...open.map(({ attemptId, startedAt }) => `    open: ${attemptId}, started ${startedAt}`),
    '',
  ].join('\n');
}

function stateOf(run: JournalSummary['runs'][number], { runs, valid, writerPid }: JournalSummary): string {
  if (run.ended) return 'ended in order';
  if (run !== runs.at(-1)) return 'DIED';
  if (writerPid !== undefined) return `goes on, pid ${writerPid}`;
  return valid ? 'DIED' : 'how it ended stands after the break';
}

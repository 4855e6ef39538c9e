import { catalogue } from '../core/error-catalogue.js';
import { outcomeFor } from '../core/outcome.js';
import type { AttemptDevice, AttemptHeader, AttemptRecord } from '../core/record.js';
import type { RunEnd, RunHeader, SafeReadback } from '../core/run-record.js';

/** Everything that the reports of one results folder are made from: the content of its journal, sorted by kind. */
export interface RunData {
  /** Batch id; the run id when there is no batch. */
  batch: string;
  /** The runs in order: one, or several when a batch was resumed. */
  runs: RunSpan[];
  /** Every attempt that was recorded, in the order of recording. */
  attempts: AttemptRecord[];
  /** Attempts that began and have no record: their run died. */
  unfinished: UnfinishedAttempt[];
  /** The state of the chain after the last line: quoted in the JSON report, so that a journal cut short later can be told. */
  chain: { lines: number; head: string };
}

/** With what is known of its board, when it was identified before the run died. */
export type UnfinishedAttempt = AttemptHeader & Partial<AttemptDevice>;

export interface RunSpan {
  header: RunHeader;
  /** Time of the run's last line. */
  lastAt: string;
  /** Undefined when the run died. */
  end?: RunEnd;
  /** The lines as read back at its end; undefined when it died. */
  safe?: SafeReadback;
}

/** Wall time of all runs together. */
export function totalSeconds(data: RunData): number {
  return data.runs.reduce((sum, { header, lastAt }) => sum + secondsBetween(header.startedAt, lastAt), 0);
}

export function secondsBetween(startedAt: string, endedAt: string): number {
  return Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}

/** What the reports show for an attempt that has no record: an error of the rig, over when its run fell silent. */
export function recordOfUnfinished(header: UnfinishedAttempt, endedAt: string): AttemptRecord {
  const { blame, category } = catalogue.COORDINATOR_LOST;
  const message = 'the run died before this attempt was recorded';
  const failure = { code: 'COORDINATOR_LOST', blame, category, message, step: '' };
  const outcome = outcomeFor(blame);
  // Which board it is was on disk before the first byte was written: from then on nobody knows.
  const isDoubtful = header.device !== undefined && header.proof !== 'identity';
  const flash = isDoubtful ? { flashState: 'unproved' as const } : {};
  return { proof: 'identity', ...header, endedAt, outcome, failure, ...flash, steps: [], measurements: [] };
}

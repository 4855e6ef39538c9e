import type {
  BatchHeader,
  CheckpointEvent,
  ControlEvent,
  GateEvent,
  WaveEvent,
} from '../core/batch-record.js';
import { catalogue } from '../core/error-catalogue.js';
import { outcomeFor } from '../core/outcome.js';
import { sparesFlash, type AttemptDevice, type AttemptHeader, type AttemptRecord } from '../core/record.js';
import type { RunEnd, RunHeader, SafeReadback } from '../core/run-record.js';
import type { AttemptFacts } from './units.js';

/** Everything that the reports of one results folder are made from: the content of its journal, sorted by kind. */
export interface RunData<Attempt extends AttemptFacts = AttemptFacts> {
  /** Batch id; the run id when there is no batch. */
  batch: string;
  /** The runs in order: one, or several when a batch was resumed. */
  runs: RunSpan[];
  /** Every attempt in the order of recording; one that its run left without a record stands where that run ends. */
  attempts: Attempt[];
  /** Attempts of the last run that began and have no record: the run died. */
  unfinished: UnfinishedAttempt[];
  /** What was said of the batch as a whole; undefined when there is none. */
  ofBatch: BatchLines | undefined;
  /** The state of the chain after the last line: quoted in the JSON report, so that a journal cut short later can be told. */
  chain: { lines: number; head: string };
}

/** When a line was written, and by which run. */
export interface LineOrigin {
  /** ISO 8601, UTC, milliseconds. */
  at: string;
  runId: string;
}

/** The lines of a journal that are about the batch as a whole, in order. */
export interface BatchLines {
  /** One a run; the last one says what the batch is now. */
  headers: (BatchHeader & LineOrigin)[];
  waves: WaveEvent[];
  gates: (GateEvent & LineOrigin)[];
  controls: (ControlEvent & LineOrigin)[];
  checkpoints: (CheckpointEvent & LineOrigin)[];
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
export function totalSeconds(data: Pick<RunData, 'runs'>): number {
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
  const isDoubtful = header.device !== undefined && !sparesFlash(header.proof ?? 'release');
  const flash = isDoubtful ? { flashState: 'unproved' as const } : {};
  return { proof: 'identity', ...header, endedAt, outcome, failure, ...flash, steps: [], measurements: [] };
}

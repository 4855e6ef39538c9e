import { createHash } from 'node:crypto';
import type {
  BatchHeader,
  CheckpointEvent,
  ControlEvent,
  GateEvent,
  WaveEvent,
} from '../../core/batch-record.js';
import type { AttemptDevice, AttemptHeader, AttemptRecord } from '../../core/record.js';
import type { RunEnd, RunHeader, SafeReadback } from '../../core/run-record.js';

/** What a line of the journal may carry: type → data. */
export interface JournalData {
  /** A run begins. A journal of a batch has one for each run of it. */
  run: RunHeader;
  /** The run goes on with a batch. */
  batch: BatchHeader;
  wave: WaveEvent;
  gate: GateEvent;
  control: ControlEvent;
  checkpoint: CheckpointEvent;
  'attempt-start': AttemptHeader;
  /** The board said who it is; on disk before anything is written to it. */
  'attempt-device': AttemptDevice;
  /** The attempt is over, whatever became of it. */
  attempt: AttemptRecord;
  /** The lines as they were read back when the run ended. */
  safe: SafeReadback;
  /** The run ended in order; without it the run died. */
  'run-end': RunEnd;
}

export type JournalType = keyof JournalData;

/** One line, as it stands in the file. */
export type JournalEntry = {
  [Type in JournalType]: {
    /** Line number, from 1. */
    seq: number;
    /** SHA-256 of the line before, hex; 64 zeros in the first line. */
    prev: string;
    /** ISO 8601, UTC, milliseconds. */
    at: string;
    type: Type;
    data: JournalData[Type];
  };
}[JournalType];

/** Where the chain stands after a line: what the next line has to carry. */
export interface ChainHead {
  /** Number of the last line; 0 in an empty journal. */
  seq: number;
  /** SHA-256 of the last line, hex. */
  hash: string;
}

export const emptyChain: ChainHead = { seq: 0, hash: '0'.repeat(64) };

/** SHA-256, hex, of a line's bytes without its line feed. */
export function hashLine(line: Uint8Array | string): string {
  return createHash('sha256').update(line).digest('hex');
}

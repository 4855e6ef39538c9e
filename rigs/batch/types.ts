import type { LogLevel } from '../../core/log-level.js';
import type { Station } from '../types.js';

/** A batch file with everything that it refers to, resolved and checked: what a batch is to do. Lives in main processes only; plain JSON data. */
export interface Batch {
  /** Names the batch and its results folder: letters, digits, `.`, `_`, `-`. */
  id: string;
  description?: string;
  /** The spec that each unit goes through: `provision` for `specs/provision.spec.ts`. */
  programme: string;
  /** Every station whose slots the batch may use, with what the batch says instead of board, release or station files. Network targets are slots of a station of their own. */
  stations: Station[];
  /** In the order of their numbers, 1, 2, …; those of the whole batch, also outside of `range`. */
  units: BatchUnit[];
  /** Numbers of the first and the last unit that are to be done; all unless told. */
  range?: { from: number; to: number };
  swap: Swap;
  strategy: 'parallel' | 'sequential' | 'gradual';
  /** Units that may be under way at the same time, at least 1. */
  atOnce: number;
  waves: WaveSizing;
  /** Share of a wave of `gradual` that must pass, in %. */
  successThreshold: number;
  /** The units of a wave that missed its threshold are given back what they held. */
  rollbackWave: boolean;
  /** Further attempts at a unit that did not pass, while it is still in its nest. */
  retries: number;
  /** Empty: every unit must pass. */
  gates: Gate[];
  checkpoints: { everyWaves?: number; everySeconds?: number };
  log: BatchLog;
  /** Commands for each device, in place of firmware. */
  job?: SshJob;
  /** What decides a result, each with its hash, so that a resume notices what has changed since. */
  inputs: BatchInput[];
  /** What the batch file asks for and this batch cannot act on, by the name of its key, with what that means. */
  notices: string[];
  /** Paths of the files that it was read from. */
  files: string[];
}

export interface BatchUnit {
  /** From 1. */
  number: number;
  /** Serial number or device id that the list gives it. */
  serial?: string;
  /** Its id where the list knows it, as the loader says it; another board in its place is refused. */
  mac?: string;
  /** Further columns of its row. */
  values?: Record<string, string>;
  /** Where it stands; left out for a board that comes into any slot that is free. */
  place?: { station: string; slot: string };
  /** Why it cannot be brought to the release: it is skipped, and said so. */
  refused?: { code: string; why: string };
}

/** How boards get into slots, for units without a place. */
export interface Swap {
  /** Each slot by itself, or all slots of a station together. */
  by: 'slot' | 'panel';
  /**
   * What shows that the next board is there: its loader shows another id (`identity`), its USB port went and came back (`port`), the operator opened and closed the lid or pressed
   * start (`operator`); `none`: what is in the slots is all there is.
   */
  detect: 'identity' | 'port' | 'operator' | 'none';
  /** Between two looks, in s. */
  everySeconds: number;
  /** The slot takes no further unit when none came for so long; for ever unless told. */
  waitSeconds?: number;
}

/** How many units a wave has; `size` 0: all at once. */
export type WaveSizing =
  | {
      kind: 'fixed';
      size: number;
      /** Each wave is so many times as large as the one before; 1 unless it grows. */ factor: number;
    }
  /** `size` at most; less while more than this share of the host's memory, 0 … 1, is in use. */
  | { kind: 'memory-adaptive'; size: number; memoryThreshold: number }
  /** What was begun within so many seconds. */
  | { kind: 'time-based'; seconds: number };

export type GateAction = 'warn' | 'pause' | 'stop';

/** A limit of the batch; `then` is done once, when it is first missed. Rates are in % of the units that have a result. */
export type Gate = { then: GateAction } & GateRule;

export type GateRule =
  | {
      kind: 'minSuccessRate';
      percent: number;
      /** Judged from so many results on, and at the end. */ afterUnits: number;
    }
  | { kind: 'maxFailureRate'; percent: number; afterUnits: number }
  | { kind: 'consecutiveFailures'; count: number }
  /** The first so many must all pass. */
  | { kind: 'firstArticle'; count: number }
  /** The same error code in `count` of the last `within` units. */
  | { kind: 'sameCode'; count: number; within: number }
  /** No unit passes without a verification by digest or reading back: the device's own word is not enough. */
  | { kind: 'verificationRequired' }
  | { kind: 'flashSeconds'; min?: number; max?: number }
  | { kind: 'unitSeconds'; max: number };

export interface BatchLog {
  /** Path of the log; `<results>/batch.log` unless told. */
  file?: string;
  level: LogLevel;
  /** The log is begun anew at this size. */
  maxBytes: number;
  /** So many old ones are kept. */
  keep: number;
  /** Also on standard error. */
  console: boolean;
  /** A further copy of `batch_results.csv`. */
  resultsCsv?: string;
}

export interface SshJob {
  commands: JobCommand[];
}

export interface JobCommand {
  /** Name of its output file and its step. */
  name: string;
  run: string;
  /** Regular expression that a line of the output must match. */
  expected?: string;
  timeoutMs: number;
}

/** Something that decides results. */
export interface BatchInput {
  kind: 'batch' | 'units' | 'station' | 'board' | 'release';
  name: string;
  /** SHA-256 of what it says, hex. */
  sha256: string;
}

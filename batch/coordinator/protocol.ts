import type { ErrorCode } from '../../core/error-catalogue.js';
import type { AttemptHeader, AttemptRecord } from '../../core/record.js';
import type { FlashImage } from '../../drivers/flash/flash-driver.js';
import type { LineBackendSpec } from '../../gpio/line.js';
import type { BatchUnit, SshJob } from '../../rigs/batch/types.js';
import type { PowerOn, Selftest, Slot } from '../../rigs/types.js';

/** What a worker may ask of the coordinator: op → arguments and answer. Sent as JSON lines over the run's unix socket. */
export interface CoordinatorOps {
  /**
   * Takes a slot for one attempt. Waits for the station to be ready (bench up, guard up, images compressed) and for its operator (lid, start button), and
   * journals the start. A unit of a batch waits for its turn before, and the answer says where it is. Attempts at one slot wait for each other. The lease ends with `endLease`, or with the connection: then the guard switches the slot off. Throws SLOT_BUSY, SLOT_OUT_OF_USE,
   * GUARD_LOST, BENCH_FAILED, JOURNAL_WRITE_FAILED, UNIT_NOT_BEGUN, and LID_OPEN, START_NOT_PRESSED, LID_OPENED, EMERGENCY_STOP.
   */
  lease: { args: LeaseRequest; answer: Lease };
  endLease: { args: { attemptId: string }; answer: null };
  /**
   * Journals which board is in the slot, before anything is written to it, and claims its unique id, mostly its MAC, where it has one. Throws DUPLICATE_MAC
   * when another slot of the run shows it too: then in both, whoever asks again.
   */
  claimUnit: { args: { station: string; slot: string; id?: string }; answer: null };
  /** Waits for one of `capacity` places, in order of asking; the place ends with `giveBack` or with the connection. */
  take: { args: { resource: string; capacity: number }; answer: { waitedMs: number } };
  giveBack: { args: { resource: string }; answer: null };
  /** Waits until `spacingMs` have passed since the last turn of that name: staggered power-on. Throws what has cut the power of the station of the worker. */
  turn: { args: { name: string; spacingMs: number }; answer: { waitedMs: number } };
  /** Throws what has cut the power of the station, after reading the operator's lines: for whom something broke, and may not be to blame. */
  goesOn: { args: { station: string }; answer: null };
  /** Journalled and fsynced before it is answered. `comesAgain`: its unit is tried again where it is, so that nobody may take it out. */
  commit: { args: AttemptRecord; answer: { seq: number; comesAgain: boolean } };
  /** What an operator tells the run of a batch, from another process: resolves when it is in the journal. `cancel` also ends the run, in order. Throws BATCH_NOT_RUNNING. */
  control: { args: { what: 'pause' | 'resume' | 'cancel'; why: string }; answer: null };
}

export interface LeaseRequest {
  /** Both empty for a unit of a batch. */
  station: string;
  slot: string;
  /** Number of the unit in its batch. */
  unit?: number;
  programme: string;
  /** Killed first when the main process dies. */
  pid: number;
  /** What the attempt sets out to prove, for a record that the worker does not live to write; `release` unless told. */
  proof?: AttemptRecord['proof'];
}

export interface Lease {
  header: AttemptHeader;
  /** Resolved, with the bench's ports in place of the hardware's. */
  slot: Slot;
  gpio: LineBackendSpec;
  /** The release's images, compressed once for the run. */
  images: FlashImage[];
  powerOn: PowerOn;
  limits: { flashesAtOnce: number };
  /** Units whose worth is known, for a self-test. */
  selftest?: Selftest;
  /** What the batch says of the unit. */
  unit?: BatchUnit;
  /** Commands of the batch for the device. */
  job?: SshJob;
  /** Folder of the backup that the unit is to be given back, absolute. */
  backup?: string;
  /** Path of the attempt's console log, relative to the results folder. */
  consoleLog: string;
  /** Absolute path of the run's results folder. */
  resultsFolder: string;
}

/** Notifications of the coordinator: op → arguments. */
export interface CoordinatorNotices {
  /** The slot of the attempt is without power for good, and why: `what` is the message without its code. */
  stop: { attemptId: string; code: ErrorCode; what: string };
}

/** Notifications of a worker, sent as `event` without an answer: they feed the live grid. */
export type { RunEvent } from '../../core/run-event.js';

import type { Blame, Category } from './errors.js';
import type { Measurement } from './measurement.js';
import type { Outcome } from './outcome.js';

/** What the loader, or the device itself, said of what is in the slot. What it could not say is left out. */
export interface DeviceIdentity {
  /** Lower-case family: `esp32`, `esp32s3`, … as in board files. */
  chip: string;
  /** The vendor's full name with revision, e.g. `ESP32-D0WD-V3 (revision v3.0)`. */
  description: string;
  /** Lower-case, colon-separated: `24:6f:28:aa:bb:cc`. */
  mac?: string;
  /** The chip's own unique id where it has one that is no MAC; lower-case. */
  uid?: string;
  flashSizeBytes?: number;
  /** JEDEC id, six hex digits: maker, type, size, e.g. `ef4016`. */
  flashId?: string;
  /** The version that runs, where whoever was asked knows it. */
  version?: string;
}

/** What was written in the flash step. */
export interface FlashSummary {
  driver: string;
  baudRate: number;
  /** Bytes of the images that were written; 0 when the board held the release already. */
  sizeBytes: number;
  /** Bytes that went over the wire after compression. */
  wireBytes: number;
  /** From the first write command to the last acknowledgement of a block. */
  writeSeconds: number;
  /** From the first write command to the last verified digest. */
  seconds: number;
  /** True only when every region is proved to hold what the release says, in the way that `verifiedBy` names. */
  verified: boolean;
  /** `digest`, `read-back`, `device` (its own word), or what stands for them when nothing was written: `field`, `console`. */
  verifiedBy: string;
  /** From the first to the last comparison, in s. */
  verifySeconds: number;
  /** Images that were left alone, since the board was shown to hold them. */
  skipped: string[];
}

/** One try with a board's loader; the last one of each kind is the one that counts. */
export interface FlashTry {
  /** What was tried. */
  doing: 'probe' | 'write' | 'restore';
  driver: string;
  /** Bits per second. */
  baudRate: number;
  /** 1 for the first try with this driver. */
  attempt: number;
  seconds: number;
  /** Why it did not succeed. */
  code?: string;
}

/** What was read out of a board before its first write. */
export interface BackupRecord {
  /** Folder, relative to the run's results folder. */
  folder: string;
  sizeBytes: number;
  /** SHA-256 over the regions in order of their offsets, hex. */
  sha256: string;
  /** True when the board held nothing but erased bytes. */
  isBlank: boolean;
}

/** How a board was given back what it held. */
export interface RollbackRecord {
  /** Folder of the backup, relative to the results folder of its run. */
  folder: string;
  sha256: string;
  seconds: number;
  /** Every region was compared with the backup. */
  verified: boolean;
  /** Version that came up; left out for a board that held nothing. */
  bootedVersion?: string;
}

/**
 * What the flash of a unit holds as far as is proved: `untouched` (nothing was written), `release`, `restored` (what it held before), or `unproved`:
 * the board was left off and must not be used before it is provisioned or rolled back.
 */
export type FlashState = 'untouched' | 'release' | 'restored' | 'unproved';

/** The identity of a release, as it stands in every record. */
export interface ReleaseIdentity {
  name: string;
  version: string;
  /** SHA-256 over the images in order of their offsets, hex. */
  sha256: string;
}

export interface StepRecord {
  name: string;
  /** ISO 8601, UTC, milliseconds. */
  startedAt: string;
  endedAt: string;
  result: 'pass' | 'fail';
}

export interface FailureRecord {
  code: string;
  blame: Blame;
  category: Category;
  /** The message without its code. */
  message: string;
  /** The step that was open; empty outside of all steps. */
  step: string;
  /** Of a board that could not be given back what it held: the error of the rig that is to blame for that, where one is. */
  behind?: { code: string; blame: Blame };
}

/** Known when an attempt begins. */
export interface AttemptHeader {
  /** `<run id>/<station>/<slot>/<n>`, unique for ever. */
  attemptId: string;
  runId: string;
  /** Batch id; the run id when there is no batch. */
  batch: string;
  station: string;
  slot: string;
  /** The programme: the title of the test, e.g. `provision`. */
  programme: string;
  /** 1 for the first attempt at what is in the slot, counted over the run; in a batch, at the unit, counted over the batch. */
  attempt: number;
  /** Path of the serial port that was used. */
  port: string;
  board: string;
  release: ReleaseIdentity;
  startedAt: string;
  /** Number of the unit in its batch; left out when there is no batch. */
  unit?: number;
  /** Serial number or device id that the batch gives the unit. */
  serial?: string;
  /** Wave of the batch. */
  wave?: number;
}

/** What is known of an attempt once its board is identified: if its run dies, this board may be half written. */
export interface AttemptDevice {
  attemptId: string;
  device: DeviceIdentity;
  proof: AttemptRecord['proof'];
  /** Path of the console log relative to the results folder of the run. */
  consoleLog?: string;
}

/** Parts of a slot that a self-test proves. */
export const rigParts = ['lines', 'rail', 'lamps', 'port'] as const;

export type RigPart = (typeof rigParts)[number];

/** What a self-test has proved of its slot. */
export interface SelftestRecord {
  /** The parts that are proved by now. */
  proved: RigPart[];
  /** What was found in the nest. */
  nest?: 'empty' | 'golden' | 'knownBad';
  /** What the programme said of the unit that was in it. */
  unit?: UnitVerdict & { id: string };
}

/** What a programme says of a unit whose worth is known. */
export interface UnitVerdict {
  /** Left out when it passed. */
  failure?: FailureRecord;
  measurements: Measurement[];
}

/** One attempt at one unit, complete: what the journal keeps and every report is made from. */
export interface AttemptRecord extends AttemptHeader {
  endedAt: string;
  outcome: Outcome;
  failure?: FailureRecord;
  device?: DeviceIdentity;
  flash?: FlashSummary;
  /** Every try, also when one succeeded at last. Left out when nothing was tried. */
  flashTries?: FlashTry[];
  backup?: BackupRecord;
  rollback?: RollbackRecord;
  flashState?: FlashState;
  /** Version that the running firmware reported after the power cycle; the proof of boot. */
  bootedVersion?: string;
  steps: StepRecord[];
  measurements: Measurement[];
  /**
   * What this attempt set out to prove: `identity` changes nothing on the board, `backup` gives it back what it held, `job` runs the commands of its batch on
   * it, `rig` is about the slot and not about a board.
   */
  proof: 'identity' | 'release' | 'backup' | 'job' | 'rig';
  /** What a self-test has proved of the slot. */
  selftest?: SelftestRecord;
  /** Path of the console log relative to the results folder of the run. */
  consoleLog?: string;
  /** Why the slot may still have voltage although its output is off, whatever else the unit failed with. */
  notOff?: string;
}

/** Whether an attempt with that proof writes no flash, so that it leaves none in doubt. */
export function sparesFlash(proof: AttemptRecord['proof']): boolean {
  return proof === 'identity' || proof === 'job';
}

/** The unit's name in records: the serial number that a batch gives it, its MAC or other unique id, or the slot when the board never said who it is. */
export function unitName(record: Pick<AttemptRecord, 'device' | 'slot' | 'serial'>): string {
  return record.serial ?? (record.device && unitId(record.device)) ?? record.slot;
}

/** What tells one board from all others, when it has such a thing. */
export function unitId({ mac, uid }: Pick<DeviceIdentity, 'mac' | 'uid'>): string | undefined {
  return mac ?? uid;
}

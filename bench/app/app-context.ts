import type { FactoryAppProgram } from '../../firmware/factory-app.js';
import type { BoardOutput } from '../boot/output.js';
import type { ResetCause } from '../boot/rom-texts.js';

/** What the application knows of the board that it runs on, and can do to it. */
export interface AppContext {
  program: FactoryAppProgram;
  /** The version that the board is to report. */
  version: string;
  /** What `info` says of the board between the version and the heap: chip, who it is, framework; `chip=ESP32`. */
  about: readonly string[];
  /** What the chip prints when it crashes. */
  crashDump: readonly string[];
  /** What the chip's brown-out detector prints; nothing unless told. */
  brownoutNotice?: readonly string[];
  /** Decides what this board of the lot shows; also of boards that do not know it themselves. */
  mac: string;
  faults: AppFaults;
  output: BoardOutput;
  /** What the board draws, in milliamperes. */
  setLoad(milliamps: number): void;
  /** Pulls the supply down for a moment. */
  dipSupply(): void;
  /** Bytes of the host, to one listener. */
  onReceive(listener: (bytes: Buffer) => void): void;
  /** Aborted when power, reset or a crash ends the run: what waits gives it to `output.settle`. */
  signal: AbortSignal;
}

export interface AppFaults {
  /** Free heap, in place of the program's. */
  heapBytes?: number;
  /** Time from `ready` to a crash. */
  panicAfterMs?: number;
  brownoutAtWifi: boolean;
}

/** Thrown where the application resets its chip: a command, a crash, a brown-out. What it had to say is printed. */
export class AppReset extends Error {
  constructor(readonly resetCause: ResetCause) {
    super(`reset: ${resetCause}`);
  }
}

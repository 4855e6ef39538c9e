import type { LineAddress } from '../gpio/line.js';
import type { HwmonMeterOptions } from '../drivers/meter/meter.js';
import type { BootExpectation, Check } from '../drivers/console/check.js';
import type { Fault } from './faults.js';
import type { Board } from './types.js';

/** A station file as its schema lets it through, defaults filled in. */
export interface StationFile {
  station: string;
  bench?: 'virtual';
  board: string;
  release: string;
  programme: string[];
  powerOn: { staggerMs: number; settleMs: number };
  limits: { flashesAtOnce?: number };
  slots: SlotFile[];
  faults?: Fault[];
  seed: number;
}

export interface SlotFile {
  id: string;
  serial: { path: string; baudRate: number; parity: 'none' | 'even' | 'odd'; autoReset: boolean };
  power?: LineAddress;
  boot?: LineAddress;
  reset?: LineAddress;
  lamps: { pass?: LineAddress; fail?: LineAddress };
  meter?: HwmonMeterOptions;
  board?: string;
  release?: string;
}

/** A board file as its schema lets it through, defaults filled in. */
export interface BoardFile {
  board: string;
  chip: string;
  flash: { driver: Board['flash']['driver']; size: number | string; baudRate: number };
  supply: Board['supply'];
  boot: BootExpectation;
  checks: Check[];
}

/** A release file as its schema lets it through. */
export interface ReleaseFile {
  release: string;
  version: string;
  chip: string;
  images: ImageEntry[];
}

export interface ImageEntry {
  name: string;
  offset: number;
  file: string;
  sha256: string;
}

/**
 * A file of which only valid values are kept: a wrong value is undefined, so that every other rule can still be checked and all
 * problems reported at once.
 */
export type Partly<T> = T extends readonly (infer Item)[]
  ? (Partly<Item> | undefined)[]
  : T extends object
    ? { [Key in keyof T]?: Partly<T[Key]> | undefined }
    : T;

import type { BootExpectation, Check } from '../drivers/console/check.js';
import type { LinkOptions } from '../drivers/link/link.js';
import type { HwmonMeterOptions } from '../drivers/meter/meter.js';
import type { LineAddress } from '../gpio/line.js';
import type { Fault } from './faults.js';

/** A station file, resolved: every reference followed, every default filled in, every image checked. Plain JSON data. */
export interface Station {
  name: string;
  /** Set when the virtual bench stands in for the hardware. */
  bench?: 'virtual';
  /** Specs that `--project=<name>` runs: `provision` for `specs/provision.spec.ts`. */
  programme: string[];
  powerOn: { staggerMs: number; settleMs: number };
  limits: { flashesAtOnce: number };
  slots: Slot[];
  /** Faults of the virtual boards and the seed that decides their dice; empty on hardware. */
  faults: Fault[];
  seed: number;
  /** Path of the station file. */
  file: string;
}

export interface Slot {
  id: string;
  serial: LinkOptions;
  power?: LineAddress;
  /** Straps the DUT into its loader while active. */
  boot?: LineAddress;
  /** Holds the DUT in reset while active. */
  reset?: LineAddress;
  lamps: { pass?: LineAddress; fail?: LineAddress };
  meter?: HwmonMeterOptions;
  board: Board;
  release: Release;
}

export interface Board {
  name: string;
  /** Chip family as the loader names it: `esp32`. */
  chip: string;
  flash: {
    driver: 'esptool-js' | 'esptool';
    sizeBytes: number;
    /** Rate of the transfer; the loader starts at the slot's console rate. */
    baudRate: number;
  };
  /** The rail as the slot's meter sees it; used only where there is a meter. */
  supply: { onVolts: number; offVolts: number; riseMs: number; fallMs: number };
  boot: BootExpectation;
  checks: Check[];
  file: string;
}

export interface Release {
  name: string;
  version: string;
  chip: string;
  images: ReleaseImage[];
  /** SHA-256 over the images in order of their offsets, hex. */
  sha256: string;
  file: string;
}

export interface ReleaseImage {
  name: string;
  offset: number;
  /** Absolute path. */
  path: string;
  sizeBytes: number;
  /** Hex. */
  sha256: string;
  md5: string;
}

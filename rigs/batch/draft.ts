import type { NetworkPorts } from '../../drivers/network/network-address.js';
import type { Problem } from '../problem.js';
import type { Patch } from './patched-file.js';
import type { Said } from './said.js';
import type { BatchLog, Batch, Gate, SshJob, Swap, WaveSizing } from './types.js';

/**
 * A batch as its files and flags say it, whatever their format: nothing that it names was looked up yet. What is left out was not said. Every format
 * translates into this, and one resolver makes a `Batch` of it.
 */
export interface BatchDraft {
  id?: Said<string>;
  description?: Said<string>;
  stations?: Said<string>[];
  board?: Said<string>;
  firmware?: Said<Firmware>;
  programme?: Said<string>;
  /** Only identifies: nothing is written. */
  testMode?: Said<boolean>;
  /** For places that no station has. */
  bench?: Said<'virtual'>;
  count?: Said<number>;
  /** Path of a CSV file. */
  list?: Said<string>;
  /** Units that stand somewhere. */
  places?: PlaceDraft[];
  range?: Said<{ from: number; to: number }>;
  swap?: Said<Partial<Swap>>;
  strategy?: Said<Batch['strategy']>;
  atOnce?: Said<number>;
  waves?: Said<WaveSizing>;
  successThreshold?: Said<number>;
  rollbackWave?: Said<boolean>;
  retries?: Said<number>;
  gates?: Said<Gate>[];
  checkpoints?: Said<Batch['checkpoints']>;
  log?: Said<Partial<BatchLog>>;
  job?: Said<SshJob>;
  /** The way to the boards, as people name it: it must be that of the boards' drivers. */
  protocol?: Said<string>;
  /** `<chip>/<line>` or a line number: what switches the one slot of the batch. */
  powerPin?: Said<string>;
  /** In place of what every station, slot, board and release file says. */
  stationPatches: Patch[];
  slotPatches: Patch[];
  boardPatches: Patch[];
  releasePatches: Patch[];
  notices: string[];
  problems: Problem[];
}

/** What goes onto the boards: a release of the rig, or files that the batch itself names. */
export type Firmware = { release: string } | FirmwareFiles;

export interface FirmwareFiles {
  /** Absolute path of the application, or of everything in one file. */
  path: string;
  /** Where it goes, unless its own contents say so. */
  offset?: Said<number>;
  /** Absolute paths of what an ESP chip needs beside the application. */
  bootloader?: Said<string>;
  partitions?: Said<string>;
  /** What it must be. */
  version?: Said<string>;
}

/** A unit that stands somewhere. */
export interface PlaceDraft {
  /** A serial port, the address of a device, or a boot drive. */
  at: Said<Place>;
  serial?: string;
  mac?: string;
  /** Name of the station that is made for places which no station file names. */
  station?: Said<string>;
  /** Chip or product that stands there, as the file names it. */
  kind?: Said<string>;
  firmware?: Said<Firmware>;
  /** In place of what the station file says of the slot. */
  slotPatches: Patch[];
  boardPatches: Patch[];
}

/** As a slot of a station file has it. */
export type Place = { serial: { path: string } } | { network: PlaceAddress } | { bootDrive: string };

export interface PlaceAddress {
  host: string;
  /** Ports that differ from the usual ones. */
  ports?: Partial<NetworkPorts>;
  user?: string;
  passwordEnv?: string;
}

/** A draft in which nothing is said. */
export function emptyDraft(): BatchDraft {
  return {
    stationPatches: [],
    slotPatches: [],
    boardPatches: [],
    releasePatches: [],
    notices: [],
    problems: [],
  };
}

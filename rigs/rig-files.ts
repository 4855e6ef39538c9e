import type { Advisory, Framework } from '../firmware/validation/advisories.js';
import type { ChecksumRule } from '../firmware/validation/checksum.js';
import type { LineAddress } from '../gpio/line.js';
import type { HttpCall, HubPortAddress } from '../gpio/output.js';
import type { BootExpectation, Check } from '../drivers/console/check.js';
import type { FlashDriverKind } from '../drivers/flash/flash-driver.js';
import type { NetworkAddress } from '../drivers/network/network-address.js';
import type { Fault } from './faults.js';
import type {
  Board,
  BoardConsole,
  BoardIdentity,
  Deadlines,
  OperatorInput,
  PreflightCheck,
  ReadBack,
  Selftest,
} from './types.js';

/** A station file as its schema lets it through, defaults filled in. */
export interface StationFile {
  station: string;
  bench?: 'virtual';
  gpio?: 'onoff' | 'gpiod';
  board: string;
  release: string;
  programme: string[];
  powerOn: { staggerMs: number; settleMs: number; offMs?: number; switchingAtOnce?: number };
  limits: { flashesAtOnce?: number; rigErrorsInARow: number };
  operator?: OperatorFile;
  selftest?: Selftest;
  slots: SlotFile[];
  faults?: Fault[];
  seed: number;
}

export interface SlotFile {
  id: string;
  serial?: {
    path: string;
    baudRate: number;
    parity: 'none' | 'even' | 'odd';
    loaderParity?: 'none' | 'even' | 'odd';
    autoReset: boolean;
    hubPort?: HubPortAddress;
    native: boolean;
  };
  bootDrive?: string;
  network?: NetworkFile;
  power?: PowerFile;
  boot?: LineAddress;
  reset?: LineAddress;
  lamps: { pass?: LineAddress; fail?: LineAddress; busy?: LineAddress };
  meter?: MeterFile;
  board?: string;
  driver?: FlashDriverKind;
  release?: string;
  connectTimeoutMs?: number;
}

/** One of three: a line (`chip`, `line`), a port of a hub (`hub`, `port`), an outlet over HTTP (`http`). */
export interface PowerFile extends Partial<LineAddress>, Partial<HubPortAddress> {
  http?: {
    on: HttpCall;
    off: HttpCall;
    read: HttpCall & { active: string; inactive?: string };
    user?: string;
    passwordEnv?: string;
    timeoutMs: number;
  };
}

/** One of `hwmon`, `iio` and `scpi`, with where voltage and current are in it. */
export interface MeterFile {
  hwmon?: string;
  iio?: string;
  scpi?: { host: string; port: number };
  volts: string;
  amps?: string;
}

/** The operator's lines, without those that the station lacks. */
export interface OperatorFile {
  lid?: OperatorInput;
  emergencyStop?: OperatorInput;
  start?: OperatorInput;
  buzzer?: LineAddress;
  waitSeconds: number;
}

/** A device's address; its password stands here or, better, in an environment variable. */
export interface NetworkFile extends Omit<NetworkAddress, 'password'> {
  password?: string;
  passwordEnv?: string;
}

/** A board file as its schema lets it through, defaults filled in. */
export interface BoardFile {
  board: string;
  chip: string;
  flash: Omit<Board['flash'], 'sizeBytes'> & { size: number | string };
  firmware: FirmwarePolicyFile;
  preflight: PreflightCheck[];
  supply: Board['supply'];
  backup: Board['backup'];
  rollbackOnFailure: boolean;
  recovery: Board['recovery'];
  thresholds: ThresholdsFile;
  deadlines?: Deadlines;
  readBack?: ReadBack;
  console: BoardConsole;
  identity?: BoardIdentity;
  boot: BootExpectation;
  checks: Check[];
}

/** What a release must keep to go onto a board; paths are relative to the board file. */
export interface FirmwarePolicyFile {
  maxBytes?: number | string;
  trustedKey?: string;
  requireSignature: boolean;
  advisories?: string;
}

/** In seconds; the names are those of the field's own configuration files. */
export interface ThresholdsFile {
  max_flash_time?: number;
  min_flash_time?: number;
  max_verification_time?: number;
}

/** A release file as its schema lets it through. */
export interface ReleaseFile {
  release: string;
  version: string;
  chip: string;
  framework?: Framework;
  requireSignature: boolean;
  skip?: { by: 'digest' | 'field' | 'console'; offset?: number; lengthBytes: number };
  write: 'all' | 'changed';
  images: ImageEntry[];
}

export interface ImageEntry {
  name: string;
  offset: number;
  file: string;
  /** May be left out when there is a checksum. */
  sha256?: string;
  checksum?: ChecksumRule;
  /** Detached Ed25519 signature, a path like `file`. */
  signature?: string;
}

/** `retention.yaml` as its schema lets it through. */
export interface RetentionFile {
  archiveDays?: number;
  keepDays?: number;
  maxBytes?: number | string;
}

/** A file of versions that are known to be vulnerable, as its schema lets it through. */
export interface AdvisoriesFile {
  advisories: Advisory[];
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

import type { BootExpectation, Check } from '../drivers/console/check.js';
import type { FlashDriverKind } from '../drivers/flash/flash-driver.js';
import type { CommandTool } from '../drivers/flash/command/command-tool.js';
import type { HttpIdentity } from '../drivers/flash/http-identity.js';
import type { NetworkAddress } from '../drivers/network/network-address.js';
import type { LinkOptions } from '../drivers/link/link.js';
import type { MeterOptions } from '../drivers/meter/meter.js';
import type { LineAddress } from '../gpio/line.js';
import type { Limits } from '../core/measurement.js';
import type { HubPortAddress, OutputAddress } from '../gpio/output.js';
import type { Fault } from './faults.js';

/** A station file, resolved: every reference followed, every default filled in, every image checked. Plain JSON data. */
export interface Station {
  name: string;
  /** Set when the virtual bench stands in for the hardware. */
  bench?: 'virtual';
  /** Way to the kernel's lines; undefined for a bench with lines of its own. */
  gpio?: 'onoff' | 'gpiod';
  /** Specs that `--project=<name>` runs: `provision` for `specs/provision.spec.ts`. */
  programme: string[];
  powerOn: PowerOn;
  limits: {
    flashesAtOnce: number;
    /** Then the slot is not used any more in the run; 0 never. */ rigErrorsInARow: number;
  };
  /** Undefined for a station without lines to its operator. */
  operator?: Operator;
  selftest?: Selftest;
  slots: Slot[];
  /** Faults of the virtual boards and the seed that decides their dice; empty on hardware. */
  faults: Fault[];
  seed: number;
  /** Path of the station file. */
  file: string;
}

/** How the slots of a station are powered. */
export interface PowerOn {
  staggerMs: number;
  settleMs: number;
  /** In a power cycle the slot stays off for so long at least. */
  offMs?: number;
  /** Slots whose supply may be on its way up at the same time. */
  switchingAtOnce: number;
}

/** An input of the operator, and how long a change has to stand. */
export interface OperatorInput extends LineAddress {
  debounceMs: number;
}

/** The lines between a station and its operator. */
export interface Operator {
  /** Active while the lid is closed. */
  lid?: OperatorInput;
  /** Active while it is pressed. */
  emergencyStop?: OperatorInput;
  /** Active while it is pressed. */
  start?: OperatorInput;
  buzzer?: LineAddress;
  /** How long a run waits for the lid and the start button. */
  waitSeconds: number;
}

/** What proves that a station is fit. Ids are compared without regard to case. */
export interface Selftest {
  /** Undefined when no self-test is needed before a run. */
  maxAgeHours?: number;
  golden: string[];
  knownBad: string[];
}

export interface Slot {
  id: string;
  /** Left out for a device that is only on the network. */
  serial?: SlotSerial;
  /** Folder at which the boot drive of a board in this slot appears. */
  bootDrive?: string;
  /** Where the networked device answers. */
  network?: NetworkAddress;
  power?: OutputAddress;
  /** Straps the DUT into its loader while active. */
  boot?: LineAddress;
  /** Holds the DUT in reset while active. */
  reset?: LineAddress;
  lamps: { pass?: LineAddress; fail?: LineAddress; busy?: LineAddress };
  meter?: MeterOptions;
  board: Board;
  release: Release;
  /** The board must have said who it is within so long. */
  connectTimeoutMs?: number;
}

/** The slot's serial port, and what the rig does about it besides opening it. */
export interface SlotSerial extends LinkOptions {
  /** Where its adapter hangs: one that does not answer any more is reset by it. */
  hubPort?: HubPortAddress;
}

/** The one name that a record has for where a board was: its port, else its address, else its boot drive. */
export function portOf({ id, serial, network, bootDrive }: Slot): string {
  return serial?.path ?? network?.host ?? bootDrive ?? id;
}

export interface Board {
  name: string;
  /** Chip family as the loader names it: `esp32`. */
  chip: string;
  flash: {
    driver: FlashDriverKind;
    /** Takes over when the attempts of `driver` are used up. */
    fallback?: FlashDriverKind;
    /** What the driver `command` runs. */
    command?: CommandTool;
    sizeBytes: number;
    /** Rate of the transfer; the loader starts at the slot's console rate. */
    baudRate: number;
  };
  /** How the board says who it is when its loader cannot. */
  identity?: BoardIdentity;
  console: BoardConsole;
  /** The rail as the slot's meter sees it; used only where there is a meter. */
  supply: BoardSupply;
  preflight: PreflightCheck[];
  /** What is read out before the first write. */
  backup: 'none' | 'regions' | 'whole';
  rollbackOnFailure: boolean;
  recovery: Recovery;
  thresholds: FlashThresholds;
  /** What must be over by then; what takes longer is ended and fails. */
  deadlines?: Deadlines;
  /** A second verification, which reads back what was written, block by block. */
  readBack?: ReadBack;
  boot: BootExpectation;
  checks: Check[];
  file: string;
}

/** A board's rail and what it may draw. */
export interface BoardSupply {
  onVolts: number;
  offVolts: number;
  riseMs: number;
  fallMs: number;
  /** Limits for `voltage_check`. */
  volts?: { min: number; max: number };
  /** The slot is cut off at once beyond this current. */
  maxAmps?: number;
  /** Limit of the current during the first `inrushMs`. */
  inrushAmps?: number;
  inrushMs: number;
  /** Limits once the supply has settled. */
  steadyAmps?: Limits;
  /** Limits of the mean current of an idle board. */
  idleAmps?: Limits;
  /** Limits of the energy of the flash step. */
  flashJoules?: Limits;
}

/** Checks before a board is touched. */
export type PreflightCheck =
  'voltage_check' | 'connection_test' | 'device_identification' | 'bootloader_detection';

/** What is tried when a write does not succeed and a retry can help. */
export interface Recovery {
  /** With the board's driver, the first one included; then with its fallback. */
  attempts: number;
  fallbackAttempts: number;
  firstDelayMs: number;
  factor: number;
  maxDelayMs: number;
  /** Share of a pause that is left to chance, 0 … 1. */
  jitter: number;
  powerCycle: boolean;
  /** Rates of the attempts after the first; the last one stays. */
  baudRates: number[];
}

/** Times of the flash step beyond which it is suspicious, in seconds. */
export interface FlashThresholds {
  minFlashSeconds?: number;
  maxFlashSeconds?: number;
  maxVerificationSeconds?: number;
}

/** In seconds. */
export interface Deadlines {
  /** The whole attempt. */
  unitSeconds?: number;
  /** The flash step with all its tries. */
  flashSeconds?: number;
  /** Giving the board back what it held. */
  rollbackSeconds?: number;
}

/** How written regions are read back and compared: a checksum of each block on both sides. */
export interface ReadBack {
  algorithm: 'crc32' | 'md5' | 'sha256';
  blockBytes: number;
}

/** Where a board's console is. */
export interface BoardConsole {
  over: 'serial' | 'tcp' | 'ssh';
  /** Command that restarts a board which the rig has no line to restart. */
  restart?: string;
}

/** Who a board is, asked of its firmware. */
export interface BoardIdentity {
  /** Before the write, of its web server: for drivers over the air. */
  http?: HttpIdentity;
  /** After the boot, on the console: for boards whose loader knows no id. */
  console?: { send: string; /** Regular expression with the group `value`. */ id: string; timeoutMs: number };
}

export interface Release {
  name: string;
  version: string;
  chip: string;
  /** How a board proves that it holds the release already; left out: it is written in any case. */
  skip?: SkipProof;
  /** Write all images, or only those whose region differs. */
  write: 'all' | 'changed';
  images: ReleaseImage[];
  /** SHA-256 over the images in order of their offsets, hex. */
  sha256: string;
  file: string;
}

/**
 * Each region's digest; the version as text at an address, padded with zeros; or the version that the firmware reports on its console.
 */
export type SkipProof =
  { by: 'digest' } | { by: 'field'; offset: number; lengthBytes: number } | { by: 'console' };

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

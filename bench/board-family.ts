import type { BenchPorts, BenchSlot } from '../rigs/bench.js';
import type { AppContext } from './app/app-context.js';
import type { ResetCause } from './boot/rom-texts.js';
import type { FlashArray, Wire } from './parts.js';
import type { Supply } from './supply.js';

/** Where a chip goes when it leaves reset: its loader, or what is in its flash. */
export type BootMode = 'download' | 'run';

/** A chip with its surroundings, from leaving reset until the signal aborts. */
export interface BoardParts {
  slot: Pick<BenchSlot, 'slot' | 'faults' | 'consoleBaudRate' | 'network'>;
  /** What is really fitted: faults have been heard. */
  chip: string;
  mac: string;
  wire: Wire;
  flash: FlashArray;
  /** The boot drive's folder and the device's own address, for boards that have them. */
  ports: Pick<BenchPorts, 'drive' | 'network'>;
  supply: Pick<Supply, 'setLoad' | 'dip'>;
  /** What made the chip start: its supply came up, or its reset pin was let go. */
  startedBy: 'supply' | 'pin';
  /** Rate at which a tool knocked for the reset by hand that made this start, where the chip itself could not hear it. */
  knockedAt?: number;
  /** The boot strap at this moment. */
  strap: () => BootMode;
  /** Bytes of the host that reach the chip while it runs what is in its flash. */
  onHostBytes?: (bytes: Buffer) => void;
  /** Runs an application in place of `runFactoryApp`: on boards that have more than their console. */
  runApp?: (app: AppContext, onReady: () => void) => Promise<ResetCause>;
  /** A word for what it does now, for the log and the bench's state. */
  enter: (state: string) => void;
  log: (text: string) => void;
  signal: AbortSignal;
}

/** A kind of board: what its chip does with power, and how a person at the bench is asked for its loader. */
export interface BoardFamily {
  /** Runs the chip from one reset to the next, until the signal aborts; rejects then. */
  run(parts: BoardParts, mode: BootMode): Promise<never>;
  /** Bytes with which a loader's tool begins: by hand, a board that runs its firmware is reset into its loader when it hears them; empty where there are none. */
  knock: Buffer;
  /** Smallest part of flash that can be erased, where the flash is inside the chip. */
  internalSectorBytes?: number;
  /** What the flash holds when the board comes from its maker; blank unless told. */
  preset?: (flash: FlashArray) => void;
  /** The version of what would start from that flash; undefined when nothing would, or nobody knows its version. */
  versionIn(flash: FlashArray): string | undefined;
}

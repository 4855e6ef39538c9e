import type { DeviceIdentity } from '../../core/record.js';
import type { LinkOptions } from '../link/link.js';
import type { NetworkAddress } from '../network/network-address.js';
import type { CommandTool } from './command/command-tool.js';
import type { HttpIdentity } from './http-identity.js';

/** Brings the board into its loader; given by the fixture, since only the rig knows its lines. Called again before a retry. */
export type EnterLoader = (signal: AbortSignal) => Promise<void>;

/** Every way there is to flash a board; one driver each. */
export const flashDriverKinds = [
  'esptool-js',
  'esptool',
  'avrdude',
  'stm32flash',
  'uf2',
  'ota-http',
  'espota',
  'command',
] as const;

export type FlashDriverKind = (typeof flashDriverKinds)[number];

/** Where the board is and how to reach it. Each driver needs one of `link`, `drive` and `network`. */
export interface FlashDriverOptions {
  /** The serial port: esptool-js, esptool, avrdude, stm32flash; `command` when its arguments name it. */
  link?: LinkOptions;
  /** The folder at which the board's boot drive appears: uf2. */
  drive?: string;
  /** The device's address: ota-http, espota. */
  network?: NetworkAddress;
  /** How the device says over HTTP what it is: ota-http, espota. */
  httpIdentity?: HttpIdentity;
  /** The tool to run: command. */
  command?: CommandTool;
  /** The chip that the board file names, e.g. `esp32`. */
  chip: string;
  /** Size of the board's flash in bytes, by the board file. */
  flashSizeBytes?: number;
  /** Rate for the transfer; the loader starts at `link.baudRate`. */
  baudRate: number;
  enterLoader: EnterLoader;
  /** Every line that the tool or the loader says, for the console log. */
  log?: (line: string) => void;
}

/** Options in which what a driver needs is there. */
export type Having<Key extends keyof FlashDriverOptions> = FlashDriverOptions &
  Required<Pick<FlashDriverOptions, Key>>;

/** What the drivers of serial loaders get. */
export type SerialDriverOptions = Having<'link'>;

export interface FlashImage {
  /** Name for messages: `bootloader`, `partitions`, `app`. */
  name: string;
  /** Byte offset in flash, a multiple of 4096. */
  offset: number;
  /** Absolute path of the image file. */
  path: string;
  sizeBytes: number;
  /** Hex. */
  md5: string;
  /** Absolute path of the zlib-compressed image (level 9), made once a run; drivers that do not need it ignore it. */
  deflatedPath?: string;
}

export interface FlashProgress {
  image: string;
  /** Image bytes that the loader has acknowledged, over all images. */
  doneBytes: number;
  totalBytes: number;
}

export interface FlashCallOptions {
  signal?: AbortSignal;
  onProgress?: (progress: FlashProgress) => void;
}

export interface WriteResult {
  /** Bytes on the wire after compression; equals sizeBytes when the driver cannot know. */
  wireBytes: number;
  sizeBytes: number;
  /** From the first write command to the last acknowledgement. */
  seconds: number;
  baudRate: number;
}

/** What a driver can do beside writing. Calling what it cannot do throws FLASH_UNSUPPORTED. */
export type FlashAbility = 'verify' | 'read' | 'erase';

/**
 * How a driver knows that the flash holds what was written: the loader's `digest`, reading it back, or only the word of the `device` itself,
 * which took the image and compared its digest: then the boot is the proof that counts.
 */
export type VerifiedBy = 'digest' | 'read-back' | 'device';

/**
 * One way to flash a board. Methods run one at a time. Every method aborts within 1 s when its signal aborts (FLASH_ABORTED), and
 * knows a silent board within 2 s at connect (DUT_SILENT) and within 5 s afterwards (FLASH_STALLED). After a failure the next
 * call enters the loader anew.
 */
export interface FlashDriver {
  readonly name: FlashDriverKind;
  /** `verify`: the flash can be compared with any image at any time, not only with what was just written. */
  readonly abilities: ReadonlySet<FlashAbility>;
  readonly verifiedBy: VerifiedBy;
  /**
   * Enters the loader, connects and identifies; writes nothing. Throws DUT_SILENT, DUT_NOT_IN_LOADER, WRONG_CHIP (another
   * chip than `options.chip`), PORT_*; over a boot drive DRIVE_WRONG and DRIVE_PERMISSION.
   */
  probe(options?: FlashCallOptions): Promise<DeviceIdentity>;
  /**
   * Erases and writes the images. Throws FLASH_WRITE_FAILED, FLASH_STALLED, FLASH_ABORTED, PORT_LOST; FLASH_TOO_SMALL once the
   * flash size is known; FLASH_VERIFY_MISMATCH where the tool verifies by itself; and what `probe` throws when it was not
   * called before.
   */
  write(images: readonly FlashImage[], options?: FlashCallOptions): Promise<WriteResult>;
  /**
   * Compares what is in flash with the images, by `verifiedBy`. Throws FLASH_VERIFY_MISMATCH, naming the region. Without the ability `verify` it
   * answers for the last write only, and throws FLASH_UNSUPPORTED when there was none.
   */
  verify(images: readonly FlashImage[], options?: FlashCallOptions): Promise<void>;
  /** Reads `sizeBytes` from `offset`, checked against the loader's digest. Throws FLASH_READ_FAILED. */
  read(offset: number, sizeBytes: number, options?: FlashCallOptions): Promise<Buffer>;
  /** Erases the region (multiples of 4096), or the whole chip when it is left out. */
  erase(region?: { offset: number; sizeBytes: number }, options?: FlashCallOptions): Promise<void>;
  /** Closes the port or ends the tool; may be called twice. Leaves the board in whatever state it is. */
  close(): Promise<void>;
}

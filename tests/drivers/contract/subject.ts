import type { ErrorCode } from '../../../core/error-catalogue.js';
import type { DeviceIdentity } from '../../../core/record.js';
import type {
  FlashAbility,
  FlashDriverKind,
  FlashDriverOptions,
  FlashImage,
  VerifiedBy,
  WriteResult,
} from '../../../drivers/flash/flash-driver.js';
import type { FaultKind } from '../../../rigs/faults.js';
import type { BoardStand, BoardStandOptions } from '../board-stand.js';
import type { Row } from './rows.js';

/** One driver on one kind of board: what the contract has to know of it. */
export interface ContractSubject {
  kind: FlashDriverKind;
  /** As board files name it; the driver is told it and the board has it. */
  chip: string;
  /** Why all its tests are skipped, when the tool is missing. */
  skip?: string | false;
  /** Time to start what does the work, in ms, on top of what the contract allows for the board; 0 unless told. */
  startUpMs?: number;
  /** The board, but for its chip and faults. */
  board?: Omit<BoardStandOptions, 'chip' | 'faults'>;
  /** Brings a board into the state in which the driver finds it, e.g. running a firmware that takes updates. */
  prepare?: (stand: BoardStand) => Promise<void>;
  /** What this driver gets beside `chip` and `enterLoader`, which may be replaced too. */
  options: (stand: BoardStand) => Partial<FlashDriverOptions>;
  /** What `probe` says of the board, whole. */
  identity: DeviceIdentity;
  images: (folder: ImageFolder) => SubjectImages;
  /** The bytes of the flash that hold an image after a write; those at its `at` unless told. */
  locate?: (stand: BoardStand, image: TestImage) => Promise<Buffer>;
  abilities: readonly FlashAbility[];
  verifiedBy: VerifiedBy;
  /** A region to erase within the last image, in the driver's addresses, and where that is in the flash array; left out where only all can be erased. */
  eraseRegion?: { offset: number; sizeBytes: number; at: number };
  /** Progress reports of a write of all images, at least; 4 unless told. */
  leastReports?: number;
  /** False where the tool does not say how far it came, so that errors name the image but no address in it. */
  namesAddress?: boolean;
  /** Done part of a write, 0 … 1, at which abort, unplug and close happen; 0.3 unless told. */
  interruptAt?: number;
  /** Further facts about the result of writing the last image and the ones before it. */
  checkWrite?: (result: WriteResult, images: readonly FlashImage[]) => void;
  /** The call that first meets a board: `write` for a driver that cannot probe. */
  firstContact?: 'probe' | 'write';
  /** What is wrong with the board in each row; see `usualFaults` for those that are the same on most. */
  faults: Partial<Record<FaultRow, readonly FaultKind[]>>;
  /** Shares of bytes lost on the wire; a low one that may pass and a high one that must not. */
  droppedShares?: readonly [low: number, high: number];
  /** Codes that are good in a row, where they differ from `usualCodes`. */
  codes?: Partial<Record<FailingRow, readonly ErrorCode[]>>;
  /** Limits in ms where they differ from `usualLimits`; tool start not included. Say why at the place. */
  limits?: Partial<Record<FailingRow, number>>;
  /** Rows that cannot be, each with the reason, as it stands in the table. */
  notApplicable?: Partial<Record<Row, string>>;
  /** An address that leads nowhere, and what is said of it: a code and a text that is in the message. */
  nowhere?: { options: Partial<FlashDriverOptions>; code: ErrorCode; names: string };
  /** Images and regions that do not fit. */
  misfits?: (images: SubjectImages) => Misfit[];
  /** For boards that can be met with their firmware running instead of the loader. */
  firmwareRuns?: { enter: (stand: BoardStand) => FlashDriverOptions['enterLoader']; quotes: RegExp };
}

export interface ImageFolder {
  /** An image file of these bytes, which belong at `offset`. */
  add(name: string, offset: number, bytes: Buffer): FlashImage;
}

export interface TestImage {
  image: FlashImage;
  /** What flash has to hold after the write. */
  bytes: Buffer;
  /** Where in the flash array; equals the image's offset unless the driver's addresses begin elsewhere. */
  at: number;
}

export interface SubjectImages {
  /** Written together. The last one is the one that interruptions happen in, and is written alone there: make it take at least half a second. */
  written: readonly TestImage[];
  /** Other bytes in place of the last one. */
  other: TestImage;
}

export type Misfit = { says: RegExp } & (
  { image: FlashImage } | { region: { offset: number; sizeBytes: number } }
);

/** Rows that are a fault of the board. */
export type FaultRow = 'silent' | 'deadline' | 'wrongChip' | 'badCell' | 'protected';

/** Rows that end in an error. */
export type FailingRow = FaultRow | 'abort' | 'unplugged' | 'droppedBytes';

/** How a driver knows that a write is good, as docs/drivers.md says it. */
export const verifiedByText: Record<VerifiedBy, string> = {
  digest: "by the loader's digest",
  'read-back': 'by reading back',
  device: "by the device's own word",
};

/** Faults that are the same on most boards. */
export const usualFaults = {
  silent: [{ kind: 'dead' }],
  deadline: [{ kind: 'hang', percent: 60 }],
} as const satisfies ContractSubject['faults'];

export const usualCodes: Record<FailingRow, readonly ErrorCode[]> = {
  abort: ['FLASH_ABORTED'],
  deadline: ['FLASH_STALLED'],
  wrongChip: ['WRONG_CHIP'],
  silent: ['DUT_SILENT'],
  unplugged: ['PORT_LOST'],
  droppedBytes: [
    'FLASH_WRITE_FAILED',
    'FLASH_STALLED',
    'FLASH_VERIFY_MISMATCH',
    'FLASH_PROTOCOL',
    'DUT_SILENT',
  ],
  badCell: ['FLASH_VERIFY_MISMATCH'],
  protected: ['FLASH_PROTECTED'],
};

/** From the moment that the row is about: the call, the last progress, the signal, the unplugging. In ms, without the tool's start. */
export const usualLimits: Record<FailingRow, number> = {
  abort: 1000,
  deadline: 5000,
  wrongChip: 5000,
  silent: 2000,
  unplugged: 5000,
  droppedBytes: 60_000,
  badCell: 30_000,
  protected: 10_000,
};

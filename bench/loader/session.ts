import type { ChipModel } from '../chips/chip-model.js';
import type { Registers } from '../chips/registers.js';
import type { FlashArray, Wire } from '../parts.js';
import type { Failure } from './failures.js';
import type { FlashWrite } from './flash-write.js';
import type { Request } from './frame.js';
import type { RamUpload } from './ram-upload.js';

/** What the loader's commands share. */
export interface Session {
  readonly chip: ChipModel;
  readonly flash: FlashArray;
  readonly wire: Wire;
  readonly registers: Registers;
  /** The ROM speaks until code is uploaded and started, then that code: the stub. */
  mode: 'rom' | 'stub';
  baudRate: number;
  ram: RamUpload;
  /** The flash answers: the first ROM leaves it alone until it is to be written, the others are taken to have it always. */
  isFlashAttached: boolean;
  write?: FlashWrite;
  /** Takes the host's frames while a read streams; they are acknowledgements then, not commands. */
  onAcknowledge?: (frame: Buffer) => void;
  /** After this much of an announced write has arrived the loader stops for good, in percent. */
  readonly hangAtPercent: number;
  /** Sends a bare SLIP frame. */
  sendFrame(payload: Uint8Array): void;
  /** Stops for good: nothing is answered any more. */
  hang(): void;
  /** Resets the chip; `runUserCode` then starts what is in flash, whatever the strap says. */
  reset(options?: { runUserCode?: boolean }): void;
  log(text: string): void;
}

export interface Reply {
  /** The header's value; 0 unless told. */
  value?: number;
  data?: Uint8Array;
  failure?: Failure | undefined;
  /** How often the response is sent; 1 unless told. */
  times?: number;
  /** Done once the response has been handed to the wire. */
  afterwards?: () => void;
}

/** Answers a request; `undefined` means no response. */
export type Command = (request: Request, session: Session) => Reply | undefined | Promise<Reply | undefined>;

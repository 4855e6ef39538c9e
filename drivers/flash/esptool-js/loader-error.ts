import type { ErrorCode } from '../../../core/error-catalogue.js';
import { asRigError, RigError } from '../../../core/errors.js';
import { LoaderSilence, type LinkTransport } from './link-transport.js';

/** What a command does, for its deadline and for what goes wrong in it. */
export interface CommandContext {
  /** In words that follow "while": `writing app at 0x14000 (12 %)`. */
  doing: string;
  /** A board that is silent for so long is given up. */
  timeoutMs: number;
  /** The code for a status other than 0. */
  refused: ErrorCode;
}

/** A status other than 0, from a command of the driver's own. */
export class LoaderStatus extends Error {
  override readonly name = 'LoaderStatus';
  constructor(
    readonly first: number,
    readonly second: number,
  ) {
    super(`status ${hex(first)} ${hex(second)}: ${meaning(first, second)}`);
  }
}

/** Runs one command under its deadline; whatever goes wrong becomes an error with a code. */
export async function command<T>(
  transport: LinkTransport,
  context: CommandContext,
  work: () => Promise<T>,
): Promise<T> {
  transport.setDeadline(context.timeoutMs);
  try {
    return await work();
  } catch (error) {
    throw commandError(error, context);
  }
}

function commandError(error: unknown, { doing, timeoutMs, refused }: CommandContext): RigError {
  if (error instanceof RigError) return error;
  if (error instanceof LoaderSilence) {
    return new RigError('FLASH_STALLED', `no answer for ${timeoutMs} ms while ${doing}`, { cause: error });
  }
  if (error instanceof LoaderStatus) {
    return new RigError(refused, `the loader refused: ${error.message}, while ${doing}`, { cause: error });
  }
  // The library has no field for the status, only this text.
  const text = error instanceof Error ? error.message : '';
  const status = /failed with status (\d+),(\d+)/.exec(text);
  if (status)
    return commandError(new LoaderStatus(Number(status[1]), Number(status[2])), {
      doing,
      timeoutMs,
      refused,
    });
  if (isLoaderError(error)) {
    const isCutShort = /failed with status $|Only got \d+ bytes/.test(text);
    const what = isCutShort ? 'the answer of the loader was cut short' : error.message;
    return new RigError('FLASH_PROTOCOL', `${what}, while ${doing}`, { cause: error });
  }
  return asRigError(error);
}

/** Whether the library threw it about what the loader said: it has a name for each, and no common class. */
export function isLoaderError(error: unknown): error is Error {
  return error instanceof Error && /^(ESPError|\w*(Command|Id|Magic)Error)$/.test(error.name);
}

/** The ROM says 1 and a code, the stub a code of its own in the first byte. */
function meaning(first: number, second: number): string {
  const code = first === 1 ? second : first;
  return meanings[code] ?? 'unknown';
}

const meanings: Record<number, string> = {
  0x05: 'the message is not understood',
  0x06: 'it could not act',
  0x07: 'wrong checksum',
  0x08: 'flash write failed',
  0x09: 'flash read failed',
  0x0b: 'the compressed data are damaged',
  0x0c: 'the compressed data have a wrong checksum',
  0xc0: 'wrong length of data',
  0xc1: 'wrong checksum',
  0xc2: 'wrong block size',
  0xc3: 'unknown command',
  0xc4: 'the flash operation failed',
  0xc5: 'the flash stays write-protected',
  0xc6: 'not in flash mode',
  0xc7: 'the compressed data are damaged',
  0xc8: 'too little data',
  0xc9: 'too much data',
  0xff: 'not implemented',
};

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

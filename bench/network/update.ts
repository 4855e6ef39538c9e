import { createHash } from 'node:crypto';
import type { FlashArray } from '../parts.js';
import { updateWords } from './update-words.js';
import type { UpdateSpace } from './update-space.js';

/** An update that arrives: Arduino's `Update`, which both ways over the air use. */
export interface Update {
  /** What was taken. */
  readonly sizeBytes: number;
  /** What went wrong first, in the words of the chip's framework; nothing more is taken then. */
  readonly error: string | undefined;
  write(chunk: Uint8Array): void;
  /** Checks what is in flash now, and lets it be started next. False: see `error`. */
  end(): boolean;
}

export interface UpdateOptions {
  chip: string;
  flash: FlashArray;
  /** Undefined when the device has none. */
  space: UpdateSpace | undefined;
  /** Announced size, where the way over the air has one. */
  sizeBytes?: number;
}

/** Empties the space; the MD5 is asked for at the end, since a form may bring it behind the file. */
export function beginUpdate(options: UpdateOptions, expectedMd5: () => string | undefined): Update {
  const { chip, flash, space } = options;
  const words = updateWords(chip);
  let sizeBytes = 0;
  let error: string | undefined;
  if (space === undefined) error = words.noSpace;
  else if ((options.sizeBytes ?? 0) > space.sizeBytes) error = words.noSpace;
  else flash.erase(space.offset, space.sizeBytes);

  const finish = (): string | undefined => {
    if (error !== undefined || space === undefined) return error;
    if (sizeBytes === 0) return words.noData;
    const image = flash.read(space.offset, sizeBytes);
    const calculated = createHash('md5').update(image).digest('hex');
    const expected = expectedMd5()?.toLowerCase();
    if (expected !== undefined && expected !== calculated) return words.md5(expected, calculated);
    if (!space.accepts(image)) return words.refused;
    space.activate();
    return undefined;
  };

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    get error() {
      return error;
    },
    write(chunk) {
      if (error !== undefined || space === undefined || chunk.length === 0) return;
      if (sizeBytes === 0 && chunk[0] !== words.magic) error = words.wrongMagic;
      else if (sizeBytes + chunk.length > space.sizeBytes) error = words.noSpace;
      else flash.write(space.offset + sizeBytes, chunk);
      if (error === undefined) sizeBytes += chunk.length;
    },
    end() {
      error = finish();
      return error === undefined;
    },
  };
}

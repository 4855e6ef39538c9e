import { avrChipNamed, type AvrChip } from './avr-chips.js';
import { encodeProgram } from './factory-app-codec.js';
import type { FactoryAppProgram } from './factory-app.js';
import { hex } from './hex.js';
import { IMAGE_SUM_BYTES, imageIsWhole, writeImageSum } from './image-sum.js';
import { CODE, lookalike } from './lookalike.js';
import { seededRandom } from './random.js';

export interface AvrImageOptions {
  /** `atmega328p` unless told. */
  chip?: string;
  /** Carried in the program's document; at most 31 characters. */
  version: string;
  /** What a virtual board does when it runs the application. */
  program: FactoryAppProgram;
  /** Length of the application in bytes, up to the boot loader; even. */
  appSizeBytes: number;
  /** Decides the contents: another seed is another build of the same version. */
  seed: number;
}

/** `jmp`, whose second word is the address to go to, in words. */
const JMP = 0x940c;

/**
 * An application as it lies in flash from address 0: vector table, sum over itself, document, code; byte for byte the same for the same options.
 * There is no machine code in it: real hardware would crash, a virtual board runs `program`.
 */
export function buildAvrImage({ chip = 'atmega328p', ...options }: AvrImageOptions): Buffer {
  const avr = avrChipNamed(chip);
  if (avr === undefined) throw new RangeError(`${chip} is no AVR whose images can be built`);
  const { program, version, appSizeBytes, seed } = options;
  const room = avr.flashBytes - avr.loaderBytes;
  const document = encodeProgram(program, { version });
  const codeAt = avr.vectorBytes + IMAGE_SUM_BYTES + document.length;
  if (appSizeBytes <= codeAt || appSizeBytes > room || appSizeBytes % 2 !== 0) {
    const limits = `more than ${hex(codeAt)}, at most ${hex(room)}`;
    throw new RangeError(
      `${hex(appSizeBytes)} is no length for this application, expected an even one, ${limits}`,
    );
  }
  const random = seededRandom(seed);
  const code = lookalike(appSizeBytes - codeAt, CODE, random);
  const image = Buffer.concat([
    vectorTable(avr, codeAt, () => random.below(64)),
    Buffer.alloc(IMAGE_SUM_BYTES),
    document,
    code,
  ]);
  writeImageSum(image, avr.vectorBytes);
  return image;
}

/** Whether the flash still holds the image as it was built; undefined for an image that was built without a sum. */
export function avrImageIsWhole(flash: Buffer, { vectorBytes }: AvrChip): boolean | undefined {
  return imageIsWhole(flash, vectorBytes);
}

/** Reset first; handlers that nobody wrote share one that stands at the start of the code. */
function vectorTable({ vectorBytes }: AvrChip, codeAt: number, handler: () => number): Buffer {
  const table = Buffer.alloc(vectorBytes);
  for (let at = 0; at < vectorBytes; at += 4) {
    table.writeUInt16LE(JMP, at);
    table.writeUInt16LE(codeAt / 2 + (at === 0 ? 0 : handler()), at + 2);
  }
  return table;
}

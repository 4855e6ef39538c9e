import { chipFlashOf } from './chip-flash.js';
import { encodeProgram } from './factory-app-codec.js';
import type { FactoryAppProgram } from './factory-app.js';
import { CODE, lookalike, READ_ONLY_DATA } from './lookalike.js';
import { seededRandom } from './random.js';

export interface Stm32ImageOptions {
  /** `stm32f103`, `stm32f411`. */
  chip: string;
  version: string;
  program: FactoryAppProgram;
  /** Length of the whole image; rounded up to a multiple of 4. */
  appSizeBytes: number;
  /** Decides what lies around the program. */
  seed: number;
}

const VECTORS = 96;
/** Vectors that the architecture reserves (ARMv7-M, B1.5.2): 0 in the table. */
const RESERVED = [7, 8, 9, 10, 13];

/**
 * The image of an application at the start of flash: vector table, code, read-only data. The program stands at its end, so that a
 * board with a part of the image has none. There is no machine code in it: real hardware would crash, a virtual board runs `program`.
 */
export function buildStm32Image(options: Stm32ImageOptions): Buffer {
  const { chip, version, program, appSizeBytes, seed } = options;
  const document = encodeProgram(program, { version });
  const vectors = buildVectors(chip);
  const rest = Math.ceil(appSizeBytes / 4) * 4 - vectors.length - document.length;
  const codeBytes = Math.floor(rest / 8) * 4;
  if (codeBytes < 4) throw new RangeError(`the program does not fit into an image of ${appSizeBytes} bytes`);
  const random = seededRandom(seed);
  return Buffer.concat([
    vectors,
    lookalike(codeBytes, CODE, random),
    lookalike(rest - codeBytes, READ_ONLY_DATA, random),
    document,
  ]);
}

/** The first stack pointer, then the addresses of the handlers, odd as Thumb code has them. */
function buildVectors(chip: string): Buffer {
  const { baseAddress, ram } = chipFlashOf(chip) ?? {};
  if (baseAddress === undefined || ram === undefined)
    throw new RangeError(`${chip} is no chip with RAM that is known`);
  const table = Buffer.alloc(VECTORS * 4);
  const code = baseAddress + table.length;
  table.writeUInt32LE(ram[1], 0);
  for (let index = 1; index < VECTORS; index++) {
    if (RESERVED.includes(index)) continue;
    // The reset handler, and one for every interrupt that nobody has claimed.
    table.writeUInt32LE(index === 1 ? code + 1 : code + 0x41, index * 4);
  }
  return table;
}

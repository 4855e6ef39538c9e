import { hex } from './hex.js';
import type { Problem } from './problem.js';

export const UF2_BLOCK_BYTES = 512;
/** The only payload that the boot ROMs of the RP2 chips take; the format allows up to 476. */
export const UF2_PAYLOAD_BYTES = 256;
export const uf2Magic = { first: 0x0a324655, second: 0x9e5d5157, last: 0x0ab16f30 } as const;
/** Bits of the flags word: payload not for flash, file container, family id present, MD5 present, extension tags. */
export const uf2Flags = {
  notMainFlash: 0x1,
  container: 0x1000,
  family: 0x2000,
  md5: 0x4000,
  tags: 0x8000,
} as const;
const knownFlags = Object.values(uf2Flags).reduce<number>((all, flag) => all | flag, 0);

/** One block whose structure is good. */
export interface Uf2Block {
  /** Its place among the file's blocks, from 0. */
  index: number;
  /** Byte offset in the file. */
  offset: number;
  /** Its own number and the count of blocks, as it says. */
  number: number;
  count: number;
  address: number;
  data: Buffer;
  familyId?: number;
  /** False when the payload is a comment that boot loaders pass over. */
  mainFlash: boolean;
  /** First extension tag, size and type in one word; undefined when there is none. */
  tag?: number;
}

/** The block at that place, whose 512 bytes are there, or what is wrong with it. */
export function readUf2Block(file: Buffer, index: number): { block?: Uf2Block; problems: Problem[] } {
  const offset = index * UF2_BLOCK_BYTES;
  const bytes = file.subarray(offset, offset + UF2_BLOCK_BYTES);
  const word = (at: number): number => bytes.readUInt32LE(at);
  const problems: Problem[] = [];
  const report = (at: number, what: string): void =>
    void problems.push({ offset: offset + at, what: `block ${index}: ${what}` });
  const magics = [
    { at: 0, name: 'first', value: uf2Magic.first },
    { at: 4, name: 'second', value: uf2Magic.second },
    { at: UF2_BLOCK_BYTES - 4, name: 'last', value: uf2Magic.last },
  ];
  for (const { at, name, value } of magics) {
    if (word(at) !== value)
      report(at, `the ${name} magic word is ${hex(word(at), 8)}, expected ${hex(value, 8)}`);
  }
  // Without its magic words nothing else in a block means anything.
  if (problems.length > 0) return { problems };
  const [flags, address, size] = [word(8), word(12), word(16)];
  if ((flags & ~knownFlags) !== 0) {
    const unknown = (flags & ~knownFlags) >>> 0;
    report(
      8,
      `the flags are ${hex(flags, 8)}, of which ${hex(unknown)} means nothing, expected bits of ${hex(knownFlags)}`,
    );
  }
  if ((flags & uf2Flags.container) !== 0)
    report(8, 'it is a part of a file container, expected contents of flash');
  if (size !== UF2_PAYLOAD_BYTES)
    report(16, `the payload is ${size} bytes long, expected ${UF2_PAYLOAD_BYTES}`);
  if (address % UF2_PAYLOAD_BYTES !== 0) {
    report(12, `the address is ${hex(address, 8)}, expected a multiple of ${hex(UF2_PAYLOAD_BYTES)}`);
  }
  if (problems.length > 0) return { problems };
  const block: Uf2Block = {
    index,
    offset,
    number: word(20),
    count: word(24),
    address,
    data: bytes.subarray(32, 32 + UF2_PAYLOAD_BYTES),
    mainFlash: (flags & uf2Flags.notMainFlash) === 0,
    ...((flags & uf2Flags.family) !== 0 && { familyId: word(28) }),
    ...((flags & uf2Flags.tags) !== 0 && { tag: word(32 + UF2_PAYLOAD_BYTES) }),
  };
  return { block, problems };
}

/**
 * The block that the vendor's tool puts in front of files for the RP2350 against erratum E10 (RP2350 datasheet, appendix E): of the absolute
 * family, marked to be ignored, not counted with the others.
 */
export function isIgnoredBlock({ familyId, number, count, tag }: Uf2Block): boolean {
  return familyId === 0xe48bff57 && number === 0 && count === 2 && tag === 0x9957e304;
}

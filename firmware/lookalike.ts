import type { Random } from './random.js';

/** What a stretch of an image's segment looks like. */
export type Look = 'code' | 'text' | 'table' | 'random';

/** Words and shares that make a segment look like the real one, to a compressor and to a person with a hex editor. */
export interface Mixture {
  look: Look;
  /** Part of all stretches, relative to the others of the mixture. */
  weight: number;
}

/** Read-only data: texts and tables; some of it, such as certificates and calibration, is noise. */
export const READ_ONLY_DATA: readonly Mixture[] = [
  { look: 'text', weight: 4 },
  { look: 'table', weight: 4 },
  { look: 'random', weight: 2 },
];
/** Machine code with its literal pools. */
export const CODE: readonly Mixture[] = [
  { look: 'code', weight: 14 },
  { look: 'table', weight: 1 },
  { look: 'random', weight: 1 },
];
/** Initial values of variables. */
export const DATA: readonly Mixture[] = [
  { look: 'table', weight: 3 },
  { look: 'random', weight: 1 },
];

const STRETCH_BYTES = 2048;

/** Contents that compress like real firmware, in stretches of up to 2 KiB; always the same for the same generator state. */
export function lookalike(sizeBytes: number, mixture: readonly Mixture[], random: Random): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  const weights = mixture.reduce((sum, { weight }) => sum + weight, 0);
  for (let offset = 0; offset < sizeBytes; offset += STRETCH_BYTES) {
    let pick = random.below(weights);
    const { look } = mixture.find(({ weight }) => (pick -= weight) < 0) ?? { look: 'random' };
    write[look](bytes.subarray(offset, offset + STRETCH_BYTES), random);
  }
  return bytes;
}

const write: Record<Look, (into: Buffer, random: Random) => void> = {
  random: (into, random) => into.forEach((_, index) => (into[index] = random.below(256))),
  text: writeText,
  table: writeTable,
  code: writeCode,
};

const words =
  'failed to open channel partition timeout invalid argument sensor wifi driver state event handler %s %d 0x%08x error ' +
  'buffer length queue task heap memory config network interface scan connect address storage update version mutex';

/** Log texts, each with its zero byte at the end. */
function writeText(into: Buffer, random: Random): void {
  const list = words.split(' ');
  let text = '';
  while (text.length < into.length) {
    const count = 3 + random.below(6);
    const line = Array.from({ length: count }, () => list[random.skewed(list.length)]);
    text += `${line.join(' ')}${'\0'.repeat(1 + random.below(3))}`;
  }
  into.write(text, 'latin1');
}

/** Rows of addresses and small numbers, as in tables of structures. */
function writeTable(into: Buffer, random: Random): void {
  const base = 0x3f400000 + random.below(0x40000);
  for (let at = 0; at + 4 <= into.length; at += 4) {
    const isAddress = random.below(2) === 0;
    into.writeUInt32LE(isAddress ? base + random.below(0x4000) * 4 : random.skewed(0x1000), at);
  }
}

/** Two- and three-byte instructions of the Xtensa kind: few opcodes, few registers, sequences that a compiler writes again and again. */
function writeCode(into: Buffer, random: Random): void {
  let at = 0;
  while (at < into.length) {
    if (at >= 64 && random.below(40) < 5) {
      const from = random.below(at - 32);
      at += into.copy(into, at, from, from + 6 + random.below(18));
      continue;
    }
    const kind = random.below(10);
    const registers = (random.skewed(16) << 4) | random.skewed(16);
    const bytes =
      kind < 4
        ? [(random.skewed(16) << 4) | (8 + random.skewed(6)), registers]
        : kind < 7
          ? [(random.skewed(16) << 4) | 2, registers, random.skewed(64) * 4]
          : kind < 9
            ? [(random.skewed(16) << 4) | 1, random.below(256), 0xff - random.skewed(64)]
            : [0x25 + 0x40 * random.below(4), random.below(256), random.below(256)];
    for (const byte of bytes) if (at < into.length) into[at++] = byte;
  }
}

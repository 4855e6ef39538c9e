import { createHash } from 'node:crypto';
import type { EspImageSegment } from './esp-image-segments.js';
import { hex } from './hex.js';
import type { Problem } from './problem.js';

const CHECKSUM_SEED = 0xef;
const HASH_BYTES = 32;

/** What the image says about itself, beside what its bytes give. */
export interface Proof {
  /** File offset of the stored value. */
  offset: number;
  /** Hex, without prefix. */
  stored: string;
  calculated: string;
}

export interface EspImageTail {
  checksum?: Proof;
  hash?: Proof;
  /** Offset behind the image by its headers, even when the file ends earlier. What follows belongs to something else. */
  sizeBytes: number;
}

/** XOR over the data of every segment, from 0xef. */
export function espChecksum(pieces: Iterable<Buffer>): number {
  let sum = CHECKSUM_SEED;
  for (const piece of pieces) for (const byte of piece) sum ^= byte;
  return sum;
}

/** Where the checksum is: the last byte of the first 16-byte row that ends behind the segments. */
export function checksumOffset(segmentsEnd: number): number {
  return segmentsEnd | 0xf;
}

/** Checks checksum and appended SHA-256 of an image whose segments end at `segmentsEnd`. */
export function readEspImageTail(
  image: Buffer,
  segments: readonly EspImageSegment[],
  segmentsEnd: number,
  hashAppended: boolean,
): EspImageTail & { problems: Problem[] } {
  const sumAt = checksumOffset(segmentsEnd);
  const hashAt = sumAt + 1;
  const sizeBytes = hashAt + (hashAppended ? HASH_BYTES : 0);
  const cutShort = (what: string): Problem[] => [
    { offset: image.length, what: `the file ends before or within ${what}: it is truncated` },
  ];
  if (image.length <= sumAt)
    return { sizeBytes, problems: cutShort(`the checksum, expected at ${hex(sumAt)}`) };

  const problems: Problem[] = [];
  const data = segments.map(({ dataOffset, sizeBytes: size }) =>
    image.subarray(dataOffset, dataOffset + size),
  );
  const checksum = proof(
    sumAt,
    image.toString('hex', sumAt, hashAt),
    Buffer.of(espChecksum(data)).toString('hex'),
  );
  if (checksum.stored !== checksum.calculated) {
    const what = `the checksum is 0x${checksum.stored}, expected 0x${checksum.calculated} over the segments: the file is damaged`;
    problems.push({ offset: sumAt, what });
  }
  if (!hashAppended) return { checksum, sizeBytes, problems };
  if (image.length < sizeBytes) {
    const what = `the appended SHA-256, expected from ${hex(hashAt)} to ${hex(sizeBytes)}`;
    return { checksum, sizeBytes, problems: [...problems, ...cutShort(what)] };
  }
  const calculated = createHash('sha256').update(image.subarray(0, hashAt)).digest('hex');
  const hash = proof(hashAt, image.toString('hex', hashAt, sizeBytes), calculated);
  if (hash.stored !== hash.calculated) {
    const what = `the appended SHA-256 is ${hash.stored}, expected ${hash.calculated} over the ${hex(hashAt)} bytes before it: the file is damaged`;
    problems.push({ offset: hashAt, what });
  }
  return { checksum, hash, sizeBytes, problems };
}

function proof(offset: number, stored: string, calculated: string): Proof {
  return { offset, stored, calculated };
}

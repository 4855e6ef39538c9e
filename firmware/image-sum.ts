import { crc32 } from './validation/crc32.js';

/** Length of the block that `writeImageSum` fills. */
export const IMAGE_SUM_BYTES = 16;
const MAGIC = Buffer.from('RIGSUM/1', 'latin1');

/**
 * Puts length and CRC-32 of a self-checking image to `at`: magic, length u32, sum u32, little-endian. With it the application can tell whether the
 * flash kept it, as firmware does whose linker places such a block.
 */
export function writeImageSum(image: Buffer, at: number): void {
  MAGIC.copy(image, at);
  image.writeUInt32LE(image.length, at + 8);
  image.writeUInt32LE(sumOf(image, at), at + 12);
}

/** Whether the flash still holds the image that was built with a sum at `at`; undefined for one that has none. */
export function imageIsWhole(flash: Buffer, at: number): boolean | undefined {
  if (!flash.subarray(at, at + MAGIC.length).equals(MAGIC)) return undefined;
  if (flash.length < at + IMAGE_SUM_BYTES) return false;
  const length = flash.readUInt32LE(at + 8);
  if (length < at + IMAGE_SUM_BYTES || length > flash.length) return false;
  return sumOf(flash.subarray(0, length), at) === flash.readUInt32LE(at + 12);
}

/** Of everything but the sum's own block. */
function sumOf(image: Buffer, at: number): number {
  return crc32(Buffer.concat([image.subarray(0, at), image.subarray(at + IMAGE_SUM_BYTES)]));
}

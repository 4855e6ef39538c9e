import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RigError } from '../../core/errors.js';
import { segmentsOf } from '../../firmware/release-images.js';
import { crc32 } from '../../firmware/validation/crc32.js';
import type { FlashDriver, FlashImage } from './flash-driver.js';
import { hex } from './place.js';

export type BlockAlgorithm = 'crc32' | 'md5' | 'sha256';

export interface ReadBackOptions {
  algorithm: BlockAlgorithm;
  /** The last block of a region may be shorter. */
  blockBytes: number;
  /** Chip family: it decides where the parts of an Intel HEX file lie. */
  chip: string;
  signal?: AbortSignal;
}

export interface ReadBackResult {
  blocks: number;
  sizeBytes: number;
}

/**
 * Reads every region of the images back and compares it with them, a checksum a block. Throws FLASH_VERIFY_MISMATCH for the first block that differs, with
 * region, offset and both checksums, IMAGE_INVALID for an image that cannot be read, and what the driver's `read` throws.
 */
export async function readBack(
  driver: Pick<FlashDriver, 'read'>,
  images: readonly FlashImage[],
  { algorithm, blockBytes, chip, signal }: ReadBackOptions,
): Promise<ReadBackResult> {
  const result: ReadBackResult = { blocks: 0, sizeBytes: 0 };
  for (const image of images) {
    for (const { offset, bytes } of segmentsOf(chip, {
      offset: image.offset,
      bytes: await contentOf(image),
    })) {
      const held = await driver.read(offset, bytes.length, { ...(signal && { signal }) });
      result.blocks += await compareBlocks(
        image.name,
        { offset, wanted: bytes, held },
        algorithm,
        blockBytes,
      );
      result.sizeBytes += bytes.length;
    }
  }
  return result;
}

interface Compared {
  offset: number;
  wanted: Buffer;
  held: Buffer;
}

/** The number of blocks that are equal, which are all: others are thrown. */
async function compareBlocks(
  region: string,
  { offset, wanted, held }: Compared,
  algorithm: BlockAlgorithm,
  blockBytes: number,
): Promise<number> {
  const blocks = Math.ceil(wanted.length / blockBytes);
  const differing: number[] = [];
  for (let block = 0; block < blocks; block += 1) {
    // A slow checksum of a large region must not hold up the watch over the supply.
    if (block % 64 === 0) await nextTurn();
    const [there, here] = [held, wanted].map((bytes) => blockOf(bytes, block, blockBytes));
    if (there && here && checksumOf(there, algorithm) !== checksumOf(here, algorithm)) differing.push(block);
  }
  const [first] = differing;
  if (first === undefined) return blocks;
  const sums = [held, wanted].map((bytes) => checksumOf(blockOf(bytes, first, blockBytes), algorithm));
  const [found, expected] = sums;
  const at = offset + first * blockBytes;
  const what = `${region}: block ${first + 1} of ${blocks} at ${hex(at)} (${blockBytes} bytes each) was read back with the ${algorithm} ${found}, the release has ${expected}`;
  const others = differing.length > 1 ? `; ${differing.length} blocks differ` : '';
  throw new RigError('FLASH_VERIFY_MISMATCH', `${what}${others}`, {
    details: { region, block: first, offset: at, algorithm, found, expected, differing: differing.length },
  });
}

function blockOf(bytes: Buffer, block: number, blockBytes: number): Buffer {
  return bytes.subarray(block * blockBytes, (block + 1) * blockBytes);
}

function checksumOf(bytes: Buffer, algorithm: BlockAlgorithm): string {
  if (algorithm === 'crc32') return crc32(bytes).toString(16).padStart(8, '0');
  return createHash(algorithm).update(bytes).digest('hex');
}

async function contentOf({ name, path, sizeBytes }: FlashImage): Promise<Buffer> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new RigError('IMAGE_INVALID', `${name} (${path}) cannot be read: ${String(cause)}`, { cause });
  });
  if (bytes.length === sizeBytes) return bytes;
  throw new RigError(
    'IMAGE_INVALID',
    `${path} is no longer the ${name} that its release file describes: it has ${bytes.length} bytes in place of ${sizeBytes}`,
  );
}

import { readFile } from 'node:fs/promises';
import { RigError } from '../../../core/errors.js';
import type { MemorySegment } from '../../../firmware/memory-segment.js';
import { uf2Magic } from '../../../firmware/uf2-block.js';
import { buildUf2, inspectUf2 } from '../../../firmware/uf2.js';
import type { FlashImage } from '../flash-driver.js';
import { checkPlace, hex } from '../place.js';
import type { DriveChip } from './drive-chips.js';

const mostProblems = 5;

/**
 * The one UF2 file that brings these images to their places: a UF2 file as it is, others converted, several joined into one, since the board starts
 * as soon as it has all blocks of a file. Throws IMAGE_INVALID, CONFIG_INVALID and FLASH_TOO_SMALL, before anything is energised for it.
 */
export async function uf2OfImages(
  images: readonly FlashImage[],
  { chip, flashSizeBytes }: { chip: DriveChip; flashSizeBytes: number | undefined },
): Promise<Buffer> {
  const parts = await Promise.all(
    images.map(async (image) => ({ image, bytes: await readFile(image.path) })),
  );
  const segments = parts.flatMap(({ image, bytes }) =>
    isUf2(bytes)
      ? segmentsOf(image, bytes, { chip, flashSizeBytes })
      : [rawSegment(image, bytes, { chip, flashSizeBytes })],
  );
  const [only] = parts;
  if (only && parts.length === 1 && isUf2(only.bytes)) return only.bytes;
  try {
    return buildUf2(segments, chip.familyId);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    const names = images.map(({ name }) => name).join(', ');
    throw new RigError('IMAGE_INVALID', `${names} do not go into one UF2 file: ${thrown.message}`, {
      cause: thrown,
    });
  }
}

interface Place {
  chip: DriveChip;
  flashSizeBytes: number | undefined;
}

function isUf2(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === uf2Magic.first;
}

function rawSegment(image: FlashImage, data: Buffer, { chip, flashSizeBytes }: Place): MemorySegment {
  checkPlace(image, flashSizeBytes ?? chip.mostBytes);
  return { address: chip.baseAddress + image.offset, data };
}

function segmentsOf(image: FlashImage, bytes: Buffer, { chip, flashSizeBytes }: Place): MemorySegment[] {
  const { problems, segments } = inspectUf2(bytes, { familyId: chip.familyId });
  if (problems.length > 0) {
    const shown = problems.slice(0, mostProblems).map(({ offset, what }) => `at ${hex(offset)}: ${what}`);
    const rest = problems.length - shown.length;
    const what = [`${image.name} (${image.path}) is no UF2 file for a ${chip.chip}:`, ...shown];
    throw new RigError('IMAGE_INVALID', [...what, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n'));
  }
  const end = chip.baseAddress + (flashSizeBytes ?? chip.mostBytes);
  const tooFar = segments.find(
    ({ address, data }) => address < chip.baseAddress + chip.mostBytes && address + data.length > end,
  );
  if (tooFar) {
    const ends = hex(tooFar.address + tooFar.data.length);
    throw new RigError(
      'FLASH_TOO_SMALL',
      `${image.name} ends at ${ends}, the flash of this board at ${hex(end)}`,
    );
  }
  return segments;
}

import { readFile } from 'node:fs/promises';
import { chipFlashOf, sectorAround } from '../../../firmware/chip-flash.js';
import { spansOf } from '../../../firmware/release-images.js';
import type { FlashImage } from '../flash-driver.js';

/** A stretch of flash that begins and ends with an erasable unit. */
export interface FlashRegion {
  /** From the start of the flash. */
  offset: number;
  sizeBytes: number;
}

/** Of a chip that nobody knows. */
const usualFlash = { pageBytes: 4096 };

/** The regions that writing the images would change, in order of their offsets; those that touch are one. Intel HEX and UF2 say themselves where they go. */
export async function regionsOf(
  images: readonly Pick<FlashImage, 'offset' | 'path'>[],
  chip: string,
  flashSizeBytes: number,
): Promise<FlashRegion[]> {
  const flash = chipFlashOf(chip) ?? usualFlash;
  const end = writableEnd(chip, flashSizeBytes);
  const spans = await Promise.all(
    images.map(async ({ offset, path }) => spansOf(chip, { offset, bytes: await readFile(path) })),
  );
  const regions: FlashRegion[] = [];
  for (const [start, after] of spans.flat().sort(([one], [two]) => one - two)) {
    const first = sectorAround(flash, start).offset;
    const last = sectorAround(flash, Math.max(start, after - 1));
    const lastEnd = Math.min(end, last.offset + last.sizeBytes);
    const before = regions.at(-1);
    if (before && first <= before.offset + before.sizeBytes)
      before.sizeBytes = Math.max(before.sizeBytes, lastEnd - before.offset);
    else regions.push({ offset: first, sizeBytes: lastEnd - first });
  }
  return regions;
}

/** All of the flash but what belongs to a loader inside it. */
export function wholeFlash(chip: string, flashSizeBytes: number): FlashRegion[] {
  return [{ offset: 0, sizeBytes: writableEnd(chip, flashSizeBytes) }];
}

function writableEnd(chip: string, flashSizeBytes: number): number {
  return flashSizeBytes - (chipFlashOf(chip)?.loaderBytes ?? 0);
}

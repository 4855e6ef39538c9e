import { chipFlashOf } from '../../../firmware/chip-flash.js';
import type { FlashImage } from '../flash-driver.js';

/** A stretch of flash that begins and ends with an erasable page. */
export interface FlashRegion {
  /** From the start of the flash. */
  offset: number;
  sizeBytes: number;
}

/** The regions that writing the images would change, in order of their offsets; those that touch are one. */
export function regionsOf(
  images: readonly Pick<FlashImage, 'offset' | 'sizeBytes'>[],
  chip: string,
  flashSizeBytes: number,
): FlashRegion[] {
  const regions: FlashRegion[] = [];
  const end = writableEnd(chip, flashSizeBytes);
  for (const { offset, sizeBytes } of [...images].sort((one, two) => one.offset - two.offset)) {
    const first = pageAround(chip, offset).first;
    const last = Math.min(end, pageAround(chip, offset + Math.max(1, sizeBytes) - 1).end);
    const before = regions.at(-1);
    if (before && first <= before.offset + before.sizeBytes)
      before.sizeBytes = Math.max(before.sizeBytes, last - before.offset);
    else regions.push({ offset: first, sizeBytes: last - first });
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

/** The page or sector that holds a place. */
function pageAround(chip: string, place: number): { first: number; end: number } {
  const { pageBytes = 4096, sectorBytes = [] } = chipFlashOf(chip) ?? {};
  let first = 0;
  for (const size of sectorBytes) {
    if (place < first + size) return { first, end: first + size };
    first += size;
  }
  const start = place - (place % pageBytes);
  return { first: start, end: start + pageBytes };
}

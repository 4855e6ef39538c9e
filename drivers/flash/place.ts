import { RigError } from '../../core/errors.js';
import type { FlashImage } from './flash-driver.js';

/** What most flash chips erase at once. */
const sectorBytes = 4096;

/** Refuses an image that no loader could put where it belongs. Tools check that only when they change the image. */
export function checkPlace(
  image: FlashImage,
  flashSizeBytes: number | undefined,
  pageBytes = sectorBytes,
): void {
  const { name, offset, sizeBytes } = image;
  if (offset % pageBytes !== 0) {
    const what = `${name} starts at ${hex(offset)}, which is no multiple of ${hex(pageBytes)}`;
    throw new RigError('CONFIG_INVALID', what);
  }
  if (flashSizeBytes !== undefined && offset + sizeBytes > flashSizeBytes) {
    const what = `${name} ends at ${hex(offset + sizeBytes)}, the flash of this board at ${hex(flashSizeBytes)}`;
    throw new RigError('FLASH_TOO_SMALL', what);
  }
}

/** Refuses to erase a part of a sector, or beyond the end. */
export function checkRegion(
  region: { offset: number; sizeBytes: number },
  flashSizeBytes: number | undefined,
  pageBytes = sectorBytes,
): void {
  const { offset, sizeBytes } = region;
  const where = `the region ${hex(offset)} + ${hex(sizeBytes)} to erase`;
  if (offset % pageBytes !== 0 || sizeBytes % pageBytes !== 0) {
    throw new RigError('CONFIG_INVALID', `${where} is not made of whole sectors of ${hex(pageBytes)}`);
  }
  if (flashSizeBytes !== undefined && offset + sizeBytes > flashSizeBytes) {
    throw new RigError(
      'FLASH_TOO_SMALL',
      `${where} ends after the flash of this board, ${hex(flashSizeBytes)}`,
    );
  }
}

/** An address as messages and tools write it. */
export function hex(address: number): string {
  return `0x${address.toString(16)}`;
}

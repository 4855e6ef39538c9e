import { readFile } from 'node:fs/promises';
import { RigError } from '../../../core/errors.js';
import { sectorAround, type ChipFlash } from '../../../firmware/chip-flash.js';
import { inspectIntelHex } from '../../../firmware/intel-hex.js';
import type { FlashImage } from '../flash-driver.js';
import { hex } from '../place.js';

/** Bytes of an image and where in flash they belong. */
export interface Piece {
  image: FlashImage;
  /** From the start of flash. */
  offset: number;
  data: Buffer;
}

/** A stretch of flash. */
export interface Region {
  offset: number;
  sizeBytes: number;
}

/**
 * Reads the images: Intel HEX by the addresses in the file, anything else as it stands, from its offset on. Throws IMAGE_INVALID, and
 * CONFIG_INVALID for an image that begins within a sector, whose start would go with it.
 */
export async function readPieces(images: readonly FlashImage[], chip: ChipFlash): Promise<Piece[]> {
  const pieces = (await Promise.all(images.map((image) => piecesOf(image, chip)))).flat();
  return pieces.sort((one, two) => one.offset - two.offset);
}

async function piecesOf(image: FlashImage, chip: ChipFlash): Promise<Piece[]> {
  const { name, offset, path } = image;
  const bytes = await readFile(path);
  if (/\.(hex|ihx|ihex)$/i.test(path)) {
    const { problems, segments } = inspectIntelHex(bytes);
    if (problems[0]) throw new RigError('IMAGE_INVALID', `${name} (${path}): ${problems[0].what}`);
    return segments.map(({ address, data }) => ({ image, offset: offsetOf(address, name, chip), data }));
  }
  const sector = sectorAround(chip, offset);
  if (sector.offset === offset) return [{ image, offset, data: bytes }];
  const what = `${name} starts at ${hex(offset)}, within the sector of ${hex(sector.sizeBytes)} bytes at ${hex(sector.offset)}`;
  throw new RigError('CONFIG_INVALID', what);
}

function offsetOf(address: number, name: string, { chip, baseAddress }: ChipFlash): number {
  if (address >= baseAddress) return address - baseAddress;
  const what = `${name} has bytes for ${hex(address)}, the flash of the ${chip} begins at ${hex(baseAddress)}`;
  throw new RigError('IMAGE_INVALID', what);
}

/** Throws FLASH_TOO_SMALL for what ends behind the flash, and CONFIG_INVALID where two images want the same bytes. */
export function checkPieces(pieces: readonly Piece[], flashSizeBytes: number): void {
  let before: Piece | undefined;
  for (const piece of pieces) {
    const { image, offset, data } = piece;
    if (offset + data.length > flashSizeBytes) {
      const what = `${image.name} ends at ${hex(offset + data.length)}, the flash of this board at ${hex(flashSizeBytes)}`;
      throw new RigError('FLASH_TOO_SMALL', what);
    }
    if (before && offset < before.offset + before.data.length) {
      const what = `${image.name} begins at ${hex(offset)}, where ${before.image.name} has not ended`;
      throw new RigError('CONFIG_INVALID', what);
    }
    before = piece;
  }
}

/** The sectors that the pieces touch, neighbours as one region: what was there goes with them. */
export function sectorsOf(pieces: readonly Piece[], chip: ChipFlash): Region[] {
  const regions: Region[] = [];
  for (const { offset, data } of pieces) {
    const end = offset + data.length;
    for (let at = offset; at < end;) {
      const sector = sectorAround(chip, at);
      at = sector.offset + sector.sizeBytes;
      const last = regions.at(-1);
      if (last && sector.offset <= last.offset + last.sizeBytes) last.sizeBytes = at - last.offset;
      else regions.push(sector);
    }
  }
  return regions;
}

/** A piece from a word's start on: what is put in front is as erased, and clears nothing. */
export function wordAligned({ offset, data }: Piece): { offset: number; data: Buffer } {
  const front = offset % 4;
  return { offset: offset - front, data: Buffer.concat([Buffer.alloc(front, 0xff), data]) };
}

/** Refuses a region that is not made of whole sectors, or ends behind the flash. */
export function checkSectors({ offset, sizeBytes }: Region, chip: ChipFlash, flashSizeBytes: number): void {
  const where = `the region ${hex(offset)} + ${hex(sizeBytes)} to erase`;
  const end = offset + sizeBytes;
  if (
    sizeBytes <= 0 ||
    sectorAround(chip, offset).offset !== offset ||
    sectorAround(chip, end).offset !== end
  ) {
    throw new RigError('CONFIG_INVALID', `${where} is not made of whole sectors of the ${chip.chip}`);
  }
  if (end > flashSizeBytes)
    throw new RigError(
      'FLASH_TOO_SMALL',
      `${where} ends after the flash of this board, ${hex(flashSizeBytes)}`,
    );
}

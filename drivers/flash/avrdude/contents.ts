import { readFile } from 'node:fs/promises';
import { RigError } from '../../../core/errors.js';
import type { AvrChip } from '../../../firmware/avr-chips.js';
import { inspectIntelHex } from '../../../firmware/intel-hex.js';
import type { MemorySegment } from '../../../firmware/memory-segment.js';
import type { FlashImage } from '../flash-driver.js';
import { hex } from '../place.js';

/** What flash has to hold of an image. */
export interface Contents extends MemorySegment {
  image: string;
}

/**
 * Reads the images: Intel HEX by the addresses in the file, anything else as it stands, from its offset on. Throws IMAGE_INVALID, CONFIG_INVALID for a
 * crooked offset, and FLASH_TOO_SMALL.
 */
export async function readContents(images: readonly FlashImage[], chip: AvrChip): Promise<Contents[]> {
  const contents = (await Promise.all(images.map((image) => contentsOf(image, chip)))).flat();
  for (const { image, address, data } of contents) {
    const end = address + data.length;
    if (end <= chip.flashBytes) continue;
    const what = `${image} ends at ${hex(end)}, the flash of this board at ${hex(chip.flashBytes)}`;
    throw new RigError('FLASH_TOO_SMALL', what);
  }
  return contents;
}

async function contentsOf(image: FlashImage, { pageBytes }: AvrChip): Promise<Contents[]> {
  const { name, offset, path } = image;
  const bytes = await readFile(path);
  if (/\.(hex|ihx|ihex)$/i.test(path)) {
    const { problems, segments } = inspectIntelHex(bytes);
    if (problems[0]) throw new RigError('IMAGE_INVALID', `${name} (${path}): ${problems[0].what}`);
    return segments.map((segment) => ({ image: name, ...segment }));
  }
  if (offset % pageBytes !== 0) {
    const what = `${name} starts at ${hex(offset)}, which is no multiple of ${hex(pageBytes)}`;
    throw new RigError('CONFIG_INVALID', what);
  }
  return [{ image: name, address: offset, data: bytes }];
}

/** The contents in whole pages, each filled up with FF: what was there before goes with its page. */
export function pagesOf(contents: readonly MemorySegment[], pageBytes: number): MemorySegment[] {
  const pages = new Map<number, Buffer>();
  for (const { address, data } of contents) {
    for (let at = address; at < address + data.length;) {
      const start = at - (at % pageBytes);
      const page = pages.get(start) ?? Buffer.alloc(pageBytes, 0xff);
      pages.set(start, page);
      const next = Math.min(start + pageBytes, address + data.length);
      data.copy(page, at - start, at - address, next - address);
      at = next;
    }
  }
  return [...pages].sort(([one], [other]) => one - other).map(([address, data]) => ({ address, data }));
}

/** The part of the contents within `[start, end)`. */
export function within<Piece extends MemorySegment>(
  pieces: readonly Piece[],
  start: number,
  end: number,
): Piece[] {
  return pieces.flatMap((piece) => {
    const from = Math.max(start, piece.address);
    const to = Math.min(end, piece.address + piece.data.length);
    if (from >= to) return [];
    return [{ ...piece, address: from, data: piece.data.subarray(from - piece.address, to - piece.address) }];
  });
}

/** Bytes of all pieces. */
export function sizeOf(pieces: readonly MemorySegment[]): number {
  return pieces.reduce((total, { data }) => total + data.length, 0);
}

/** Words for an address within the contents: ` in app at 0x1080 (13 %)`; empty when it is in none. */
export function placeIn(contents: readonly Contents[]): (address: number | undefined) => string {
  return (address) => {
    const piece = contents.find(
      (each) => address !== undefined && address >= each.address && address < each.address + each.data.length,
    );
    if (piece === undefined || address === undefined) return '';
    const percent = Math.floor((100 * (address - piece.address)) / piece.data.length);
    return ` in ${piece.image} at ${hex(address)} (${percent} %)`;
  };
}

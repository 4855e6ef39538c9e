import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RigError } from '../../../core/errors.js';
import { hex } from '../place.js';
import type { Stm32Chip } from './chips.js';
import { wordAligned, type Piece, type Region } from './contents.js';
import type { Session } from './session.js';

/** Erasing prints nothing until it is done: at most this much for a sector, and for each 16 KiB of it, in ms (datasheets, x8 parallelism). */
const eraseMsPerSector = 50;
const eraseMsPer16KiB = 600;
/** How much of each end of an erased region is looked at. */
const blankCheckBytes = 256;

/** A visit to the loader of a chip, with a folder for the tool's files. */
export interface Visit {
  session: Session;
  chip: Stm32Chip;
  flashSizeBytes: number;
  folder: string;
}

/** The bytes of a region that begins with a word; `pieces` say for messages what belongs there. */
export async function readRegion(
  { session, chip, folder }: Visit,
  region: Region,
  { pieces = [], onBytes }: { pieces?: readonly Piece[]; onBytes?: (doneBytes: number) => void } = {},
): Promise<Buffer> {
  const { offset, sizeBytes } = region;
  const path = join(folder, 'read.bin');
  await session.run({
    args: ['-r', path, '-S', argumentOf(region, chip)],
    doing: `reading ${sizeBytes} bytes at ${hex(offset)}`,
    refused: 'FLASH_READ_FAILED',
    wireBytes: sizeBytes,
    placeOf: placeIn(pieces, chip),
    onAddress: (address) => onBytes?.(address - chip.flash.baseAddress - offset),
  });
  const bytes = await readFile(path);
  if (bytes.length === sizeBytes) return bytes;
  const what = `stm32flash read ${bytes.length} of ${sizeBytes} bytes at ${hex(offset)}`;
  throw new RigError('FLASH_READ_FAILED', what);
}

/** Erases a region of whole sectors. */
export async function eraseRegion({ session, chip }: Visit, region: Region): Promise<void> {
  await session.run({
    args: ['-o', '-S', argumentOf(region, chip)],
    doing: `erasing ${hex(region.sizeBytes)} bytes at ${hex(region.offset)}`,
    refused: 'FLASH_ERASE_FAILED',
    quietMs: eraseMs(region.sizeBytes, chip),
  });
}

export async function eraseChip({ session, chip, flashSizeBytes }: Visit): Promise<void> {
  await session.run({
    args: ['-o'],
    doing: 'erasing the chip',
    refused: 'FLASH_ERASE_FAILED',
    quietMs: eraseMs(flashSizeBytes, chip),
  });
}

/** Looks at both ends of an erased region, since the tool's word is all that there is otherwise. Throws FLASH_ERASE_FAILED. */
export async function checkBlank(visit: Visit, { offset, sizeBytes }: Region): Promise<void> {
  for (const start of [offset, offset + sizeBytes - blankCheckBytes]) {
    const found = await readRegion(visit, { offset: start, sizeBytes: blankCheckBytes });
    const first = found.findIndex((byte) => byte !== visit.chip.flash.erasedByte);
    if (first === -1) continue;
    const what = `flash at ${hex(start + first)} holds ${hex(found[first] ?? 0)} after it was erased`;
    throw new RigError('FLASH_ERASE_FAILED', what);
  }
}

/** Writes a piece into erased flash; `onBytes` hears how much of it is acknowledged. */
export async function writePiece(
  visit: Visit,
  piece: Piece,
  onBytes: (doneBytes: number) => void,
): Promise<void> {
  const { session, chip, folder } = visit;
  const { offset, data } = wordAligned(piece);
  const path = join(folder, 'write.bin');
  await writeFile(path, data);
  let reached = 0;
  await session.run({
    // Without -f the tool would take a binary that looks like Intel HEX for one; the sectors are erased already.
    args: ['-e', '0', '-f', '-w', path, '-S', argumentOf({ offset, sizeBytes: data.length }, chip)],
    doing: `writing ${piece.image.name}`,
    refused: 'FLASH_WRITE_FAILED',
    wireBytes: data.length,
    placeOf: placeIn([piece], chip),
    onAddress(address) {
      reached = address - chip.flash.baseAddress - offset;
      onBytes(Math.max(0, reached - (piece.offset - offset)));
    },
  });
  if (reached === data.length) return;
  const what = `stm32flash reported ${reached} of ${data.length} bytes of ${piece.image.name} as written`;
  throw new RigError('TOOL_FAILED', what);
}

/** Reads a piece back. Throws FLASH_VERIFY_MISMATCH with the first place that differs. */
export async function verifyPiece(visit: Visit, piece: Piece): Promise<void> {
  const { image, data } = piece;
  const { offset, data: words } = wordAligned(piece);
  const region = { offset, sizeBytes: words.length };
  const found = (await readRegion(visit, region, { pieces: [piece] })).subarray(piece.offset - offset);
  if (found.equals(data)) return;
  const first = data.findIndex((byte, index) => byte !== found[index]);
  const count = data.reduce((sum, byte, index) => sum + (byte === found[index] ? 0 : 1), 0);
  const [wanted, is] = [data[first] ?? 0, found[first] ?? 0];
  const what = `${image.name} differs at ${hex(piece.offset + first)}: flash holds ${hex(is)}, the image ${hex(wanted)}; ${count} of ${data.length} bytes are others`;
  throw new RigError('FLASH_VERIFY_MISMATCH', what);
}

/** Addresses of the tool in words of the release: image, offset in flash, share of the image. */
function placeIn(pieces: readonly Piece[], { flash }: Stm32Chip): (address: number | undefined) => string {
  return (address) => {
    const place = address === undefined ? -1 : address - flash.baseAddress;
    const piece = pieces.findLast(({ offset, data }) => offset <= place && place <= offset + data.length);
    if (piece === undefined) return '';
    const percent = Math.floor((100 * (place - piece.offset)) / piece.data.length);
    return `, ${piece.image.name} at ${hex(place)} (${percent} %)`;
  };
}

function argumentOf({ offset, sizeBytes }: Region, { flash }: Stm32Chip): string {
  return `${hex(flash.baseAddress + offset)}:${sizeBytes}`;
}

function eraseMs(sizeBytes: number, { flash }: Stm32Chip): number {
  return (
    Math.ceil(sizeBytes / flash.pageBytes) * eraseMsPerSector +
    Math.ceil(sizeBytes / 0x4000) * eraseMsPer16KiB
  );
}

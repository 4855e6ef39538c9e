import type { FaultKind } from '../rigs/faults.js';
import type { FlashArray } from './parts.js';

export const sectorBytes = 4096;
const erased = 0xff;
/** Winbond's maker code and the type of its W25Q parts, whose third byte is the size as a power of two. */
const makerAndType = 0x0040ef;

export interface FlashArrayOptions {
  /** A power of two, 256 KiB … 32 MiB: the JEDEC id can say nothing else. */
  sizeBytes: number;
  /** `bad-cell` is the array's; others are ignored. */
  faults?: readonly FaultKind[];
}

/** A blank flash chip. */
export function createFlashArray({ sizeBytes, faults = [] }: FlashArrayOptions): FlashArray {
  const exponent = Math.log2(sizeBytes);
  if (!Number.isInteger(exponent) || exponent < 18 || exponent > 25) {
    throw new RangeError(
      `a flash chip of ${sizeBytes} bytes does not exist: a power of two from 256 KiB to 32 MiB is needed`,
    );
  }
  const cells = Buffer.alloc(sizeBytes, erased);
  const badCells = faults.flatMap((fault) => (fault.kind === 'bad-cell' ? [fault.address] : []));
  const inside = (offset: number, length: number) =>
    offset >= 0 && length >= 0 && offset + length <= sizeBytes;

  return {
    sizeBytes,
    jedecId: makerAndType | (exponent << 16),
    read(offset, length) {
      const found = Buffer.alloc(length, erased);
      cells.copy(found, 0, Math.min(offset, sizeBytes), Math.min(offset + length, sizeBytes));
      for (const address of badCells) {
        const at = address - offset;
        if (at >= 0 && at < length) found[at] = readBadCell(found[at] ?? erased);
      }
      return found;
    },
    write(offset, bytes) {
      if (!inside(offset, bytes.length)) return false;
      if (isErased(cells, offset, bytes.length)) cells.set(bytes, offset);
      else
        for (const [index, byte] of bytes.entries())
          cells[offset + index] = (cells[offset + index] ?? 0) & byte;
      return true;
    },
    erase(offset, length) {
      if (!inside(offset, length)) return false;
      const start = offset - (offset % sectorBytes);
      const end = Math.ceil((offset + length) / sectorBytes) * sectorBytes;
      cells.fill(erased, start, end);
      return true;
    },
  };
}

/**
 * What a bad cell gives back. A verification has to fail whatever was written, so the lowest bit that should be 1 reads as 0; a byte that
 * should be 00 has no such bit and reads as 01, as a cell does that leaks towards erased.
 */
function readBadCell(stored: number): number {
  return stored === 0 ? 1 : stored & (stored - 1);
}

const blank = Buffer.alloc(sectorBytes, erased);

function isErased(cells: Buffer, offset: number, length: number): boolean {
  for (let at = 0; at < length; at += sectorBytes) {
    const part = Math.min(sectorBytes, length - at);
    if (cells.compare(blank, 0, part, offset + at, offset + at + part) !== 0) return false;
  }
  return true;
}

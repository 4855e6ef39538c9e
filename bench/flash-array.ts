import type { FaultKind } from '../rigs/faults.js';
import type { FlashArray } from './parts.js';
import { createSparseCells } from './sparse-cells.js';

/** The sector of a flash chip beside its processor. */
export const sectorBytes = 4096;
const erased = 0xff;
/** Winbond's maker code and the type of its W25Q parts, whose third byte is the size as a power of two. */
const makerAndType = 0x0040ef;

export interface FlashArrayOptions {
  /** Whole sectors; where there is a JEDEC id, a power of two from 256 KiB to 32 MiB, since it can say nothing else. */
  sizeBytes: number;
  /** Smallest part that can be erased, for flash inside a chip, which has no JEDEC id; left out: a flash chip of its own. */
  internalSectorBytes?: number;
  /** `bad-cell` is the array's; others are ignored. */
  faults?: readonly FaultKind[];
}

/** Blank flash. */
export function createFlashArray(options: FlashArrayOptions): FlashArray {
  const { sizeBytes, faults = [], internalSectorBytes } = options;
  const sector = internalSectorBytes ?? sectorBytes;
  const jedecId = internalSectorBytes === undefined ? jedecIdOf(sizeBytes) : 0;
  if (sizeBytes <= 0 || sizeBytes % sector !== 0) {
    throw new RangeError(`${sizeBytes} bytes of flash are no whole sectors of ${sector} bytes`);
  }
  const cells = createSparseCells();
  const badCells = faults.flatMap((fault) => (fault.kind === 'bad-cell' ? [fault.address] : []));
  const inside = (offset: number, length: number) =>
    offset >= 0 && length >= 0 && offset + length <= sizeBytes;

  let changes = 0;
  return {
    sizeBytes,
    jedecId,
    get changes() {
      return changes;
    },
    read(offset, length) {
      const found = cells.read(offset, length);
      for (const address of badCells) {
        const at = address - offset;
        if (at >= 0 && at < length) found[at] = readBadCell(found[at] ?? erased);
      }
      return found;
    },
    write(offset, bytes) {
      if (!inside(offset, bytes.length)) return false;
      changes += 1;
      cells.and(offset, bytes);
      return true;
    },
    erase(offset, length) {
      if (!inside(offset, length)) return false;
      changes += 1;
      const start = offset - (offset % sector);
      const end = Math.ceil((offset + length) / sector) * sector;
      cells.fillErased(start, end);
      return true;
    },
  };
}

function jedecIdOf(sizeBytes: number): number {
  const exponent = Math.log2(sizeBytes);
  if (!Number.isInteger(exponent) || exponent < 18 || exponent > 25) {
    throw new RangeError(
      `a flash chip of ${sizeBytes} bytes does not exist: a power of two from 256 KiB to 32 MiB is needed`,
    );
  }
  return makerAndType | (exponent << 16);
}

/**
 * What a bad cell gives back. A verification has to fail whatever was written, so the lowest bit that should be 1 reads as 0; a byte that
 * should be 00 has no such bit and reads as 01, as a cell does that leaks towards erased.
 */
function readBadCell(stored: number): number {
  return stored === 0 ? 1 : stored & (stored - 1);
}

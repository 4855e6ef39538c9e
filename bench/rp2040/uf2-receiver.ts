import { familyText, uf2Families } from '../../firmware/uf2-families.js';
import { rp2040 } from '../../firmware/rp2040-image.js';
import { UF2_BLOCK_BYTES, UF2_PAYLOAD_BYTES, uf2Flags, uf2Magic } from '../../firmware/uf2-block.js';
import { sectorBytes } from '../flash-array.js';
import type { FlashArray } from '../parts.js';

/** The boot ROM's end of a copy: takes sectors of the drive, whatever file they belong to, and writes those that are UF2 blocks for this chip. */
export interface Uf2Receiver {
  /** One sector of 512 bytes; true when that completed a set. */
  take(sector: Buffer): boolean;
  /** Blocks that were taken of the set that is under way, and its size; both 0 before the first. */
  readonly taken: number;
  readonly count: number;
  /** A part of the set goes to RAM: the ROM would start it there. */
  readonly usesRam: boolean;
}

export interface Uf2ReceiverOptions {
  chip: string;
  flash: FlashArray;
  /** The ROM stops for good when this much of a set was taken, in percent. */
  hangPercent?: number;
  log: (text: string) => void;
}

/** RP2350 datasheet, 5.5.3: it also takes images for its other cores and data. */
const familiesOf: Record<string, readonly string[]> = {
  rp2040: ['rp2040'],
  rp2350: ['rp2350', 'rp2350-riscv', 'rp2xxx-absolute', 'rp2xxx-data'],
};

/** A ROM that has just started (RP2040 datasheet, 2.8.4.2: what it ignores, and when a set begins anew). */
export function createUf2Receiver({ chip, flash, hangPercent, log }: Uf2ReceiverOptions): Uf2Receiver {
  const families = (familiesOf[chip] ?? []).map((name) => uf2Families[name]);
  let count = 0;
  let usesRam = false;
  let hangs = false;
  const taken = new Set<number>();
  const erased = new Set<number>();
  const said = new Set<string>();

  const ignore = (why: string): false => {
    if (!said.has(why)) log(`UF2 block ignored: ${why}`);
    said.add(why);
    return false;
  };
  const writePage = (address: number, page: Buffer): void => {
    // A flash chip ignores the address bits that it does not have.
    const offset = (address - rp2040.flashBase) % flash.sizeBytes;
    const start = offset - (offset % sectorBytes);
    if (!erased.has(start)) flash.erase(start, sectorBytes);
    erased.add(start);
    flash.write(offset, page);
  };

  return {
    take(sector) {
      const word = (at: number): number => sector.readUInt32LE(at);
      if (hangs || sector.length !== UF2_BLOCK_BYTES) return false;
      if (word(0) !== uf2Magic.first || word(4) !== uf2Magic.second || word(508) !== uf2Magic.last)
        return false;
      const [flags, address, size, number] = [word(8), word(12), word(16), word(20)];
      if ((flags & uf2Flags.family) === 0) return ignore('it names no family');
      if (!families.includes(word(28))) return ignore(`its family is ${familyText(word(28))}`);
      if ((flags & uf2Flags.notMainFlash) !== 0) return ignore('it is not for flash');
      if (size !== UF2_PAYLOAD_BYTES) return ignore(`its payload is ${size} bytes long`);
      const isRam = address >= rp2040.ramBase && address < rp2040.ramEnd;
      if (!isRam && (address < rp2040.flashBase || address >= rp2040.flashEnd))
        return ignore('its address is neither flash nor RAM');
      if (address % UF2_PAYLOAD_BYTES !== 0) return ignore('its address is not aligned');
      if (number >= word(24)) return ignore('its number is not below its count');
      if (word(24) !== count) {
        count = word(24);
        usesRam = false;
        taken.clear();
        erased.clear();
        log(`a set of ${count} UF2 blocks begins`);
      }
      if (taken.has(number)) return false;
      if (hangPercent !== undefined && taken.size * 100 >= hangPercent * count) {
        log(`stops taking blocks: ${taken.size} of ${count} were written`);
        hangs = true;
        return false;
      }
      taken.add(number);
      if (isRam) usesRam = true;
      else writePage(address, sector.subarray(32, 32 + UF2_PAYLOAD_BYTES));
      return taken.size === count;
    },
    get taken() {
      return taken.size;
    },
    get count() {
      return count;
    },
    get usesRam() {
      return usesRam;
    },
  };
}

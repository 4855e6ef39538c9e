import { createHash } from 'node:crypto';
import type { FlashArray } from '../parts.js';
import { flashBase, sectorAt, type Stm32Model } from './models.js';

/** What a chip keeps over resets beside its flash, and over the loss of power. */
export interface Protection {
  /** Read-out protection, level 1. */
  readOut: boolean;
  /** Numbers of the bits of write protection that are active. */
  write: Set<number>;
}

/** What the loader can reach, by the CPU's addresses. */
export interface Memory {
  /** Of the flash. */
  readonly sizeBytes: number;
  /** Undefined outside of what can be read. */
  read(address: number, sizeBytes: number): Buffer | undefined;
  /** Flash and free RAM; false elsewhere. What lies under write protection stays, and nobody is told. */
  write(address: number, bytes: Buffer): boolean;
  /** False when there is no such sector. */
  eraseSector(index: number): boolean;
  eraseAll(): void;
  hasSector(index: number): boolean;
}

interface MemoryParts {
  model: Stm32Model;
  flash: FlashArray;
  /** Decides the unique id. */
  mac: string;
  protection: Protection;
}

/** RAM is empty at each reset. */
export function createMemory({ model, flash, mac, protection }: MemoryParts): Memory {
  const { ram, signature } = model;
  const cells = Buffer.alloc(ram.end - ram.first);
  const sizeField = Buffer.alloc(2);
  sizeField.writeUInt16LE(flash.sizeBytes / 1024);
  const readOnly = [
    { first: signature.uniqueId, bytes: uniqueIdOf(mac) },
    { first: signature.flashSize, bytes: sizeField },
    { first: model.optionBytes, bytes: optionBytesOf(protection) },
  ];
  const hasSector = (index: number): boolean => sectorAt(model, index).offset < flash.sizeBytes;
  const isWriteProtected = (offset: number): boolean => {
    let index = 0;
    while (sectorAt(model, index + 1).offset <= offset) index += 1;
    return protection.write.has(Math.floor(index / model.sectorsPerProtection));
  };
  const inFlash = (address: number, sizeBytes: number): boolean =>
    address >= flashBase && address + sizeBytes <= flashBase + flash.sizeBytes;
  /** Erased for ever: it can be read, and nothing else. */
  const inRestOfDie = (address: number, sizeBytes: number): boolean =>
    address >= flashBase + flash.sizeBytes &&
    address + sizeBytes <= flashBase + (model.dieFlashBytes ?? flash.sizeBytes);
  const inRam = (address: number, sizeBytes: number): boolean =>
    address >= ram.free && address + sizeBytes <= ram.end;

  return {
    sizeBytes: flash.sizeBytes,
    read(address, sizeBytes) {
      if (inFlash(address, sizeBytes)) return flash.read(address - flashBase, sizeBytes);
      if (inRestOfDie(address, sizeBytes)) return Buffer.alloc(sizeBytes, 0xff);
      if (inRam(address, sizeBytes))
        return Buffer.from(cells.subarray(address - ram.first).subarray(0, sizeBytes));
      return readSystem(address, sizeBytes, readOnly);
    },
    write(address, bytes) {
      if (inRam(address, bytes.length)) return (cells.set(bytes, address - ram.first), true);
      if (!inFlash(address, bytes.length)) return false;
      const offset = address - flashBase;
      return isWriteProtected(offset) || flash.write(offset, bytes);
    },
    hasSector,
    eraseSector(index) {
      if (!hasSector(index)) return false;
      const { offset, sizeBytes } = sectorAt(model, index);
      return isWriteProtected(offset) || flash.erase(offset, sizeBytes);
    },
    eraseAll: () => void flash.erase(0, flash.sizeBytes),
  };
}

interface Region {
  first: number;
  bytes: Buffer;
}

/** The information block around the signature and the option bytes: what is not modelled there reads as erased. */
function readSystem(address: number, sizeBytes: number, regions: readonly Region[]): Buffer | undefined {
  const found = Buffer.alloc(sizeBytes, 0xff);
  let hit = false;
  for (const { first, bytes } of regions) {
    for (const [index, byte] of bytes.entries()) {
      const at = first + index - address;
      if (at < 0 || at >= sizeBytes) continue;
      found[at] = byte;
      hit = true;
    }
  }
  return hit ? found : undefined;
}

/** 12 bytes, the same for the same board: place on the wafer, its number and the lot in ASCII, as RM0008, 30.2, has them. */
export function uniqueIdOf(mac: string): Buffer {
  const digest = createHash('sha256').update(`stm32 ${mac}`).digest();
  const lot = digest.toString('hex').slice(0, 7).toUpperCase();
  return Buffer.concat([digest.subarray(0, 5), Buffer.from(lot, 'latin1')]);
}

/** The read-out byte and its complement, then what nobody changed. */
function optionBytesOf({ readOut }: Protection): Buffer {
  const key = readOut ? 0x00 : 0xa5;
  return Buffer.of(key, 0xff - key, 0xff, 0x00);
}

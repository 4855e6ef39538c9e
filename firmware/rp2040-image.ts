import { hex } from './hex.js';
import { imageIsWhole as isWholeAt } from './image-sum.js';
import { crc32Mpeg2 } from './validation/crc32.js';

/** What an RP2040 application in flash begins with, and where (RP2040 datasheet, 2.6 and 2.8.1). */
export const rp2040 = {
  /** Start of flash in the address space (XIP), and the end of what a flash chip can have. */
  flashBase: 0x10000000,
  flashEnd: 0x11000000,
  /** SRAM, striped and the two banks behind it. */
  ramBase: 0x20000000,
  ramEnd: 0x20042000,
  /** The second stage, with its CRC in the last four bytes. */
  boot2Bytes: 256,
  /** 16 exceptions and 32 interrupts, four bytes each. */
  vectorBytes: 192,
} as const;

/** Where a self-checking image of the demo keeps its sum: behind the vector table. */
export const SUM_OFFSET = rp2040.boot2Bytes + rp2040.vectorBytes;

/** Why the boot ROM goes on to its USB loader instead of running this flash; undefined when it runs the second stage. */
export function boot2Problem(flash: Buffer): string | undefined {
  const end = rp2040.boot2Bytes - 4;
  if (flash.length < rp2040.boot2Bytes) return `${flash.length} bytes are no second stage`;
  const [calculated, stored] = [crc32Mpeg2(flash.subarray(0, end)), flash.readUInt32LE(end)];
  if (calculated === stored) return undefined;
  return `the CRC of the second stage is ${hex(calculated, 8)}, but ${hex(stored, 8)} stands behind it`;
}

/** Why the core locks up when the second stage jumps to this flash's application; undefined when it starts. */
export function vectorProblem(flash: Buffer): string | undefined {
  const at = rp2040.boot2Bytes;
  if (flash.length < at + 8) return `${flash.length} bytes have no vector table`;
  const [stack, reset] = [flash.readUInt32LE(at), flash.readUInt32LE(at + 4)];
  if (stack <= rp2040.ramBase || stack > rp2040.ramEnd || stack % 4 !== 0)
    return `the vector table's stack pointer is ${hex(stack, 8)}, which is not in RAM`;
  if (reset % 2 === 0 || reset < rp2040.flashBase || reset >= rp2040.flashEnd)
    return `the vector table's reset vector is ${hex(reset, 8)}, which is no Thumb code in flash`;
  return undefined;
}

/** Whether the flash still holds the image as it was built; undefined for an image that has no sum. */
export function imageIsWhole(flash: Buffer): boolean | undefined {
  return isWholeAt(flash, SUM_OFFSET);
}

import { crc32Mpeg2 } from '../../firmware/validation/crc32.js';

/** Bytes that are no text, no key and no certificate, the same each time. */
export function filler(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0, state = seed; at < sizeBytes; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    bytes[at] = (state >> 16) & 0xff;
  }
  return bytes;
}

/** A program for an ATmega328P as it lies in flash: `jmp` as the reset vector, then anything. */
export function avrProgram(sizeBytes = 0x400): Buffer {
  return Buffer.concat([Buffer.from('0c945c00', 'hex'), filler(sizeBytes - 4)]);
}

/** A program for an STM32: stack pointer, reset vector, then anything. */
export function stm32Program({ stack = 0x20005000, reset = 0x08000199, sizeBytes = 0x800 } = {}): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(8), filler(sizeBytes - 8)]);
  bytes.writeUInt32LE(stack, 0);
  bytes.writeUInt32LE(reset, 4);
  return bytes;
}

/** A program for an RP2040 as it lies in flash: second stage with its CRC, vector table, then anything. */
export function rp2040Program(sizeBytes = 0x1000): Buffer {
  const bytes = filler(sizeBytes);
  bytes.writeUInt32LE(crc32Mpeg2(bytes.subarray(0, 252)), 252);
  bytes.writeUInt32LE(0x20042000, 256);
  bytes.writeUInt32LE(0x100001f7, 260);
  return bytes;
}

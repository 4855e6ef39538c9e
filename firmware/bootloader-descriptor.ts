import { readFixedText, writeFixedText } from './fixed-text.js';

/** The bootloader's word about itself, since ESP-IDF 5.2: 80 bytes at the start of its first segment. */
export interface BootloaderDescriptor {
  /** CONFIG_BOOTLOADER_PROJECT_VER. */
  version: number;
  /** At most 31 characters. */
  idfVersion: string;
  /** Build date and time, `May 14 2025 10:15:00`, at most 23 characters. */
  dateTime: string;
}

const BOOTLOADER_DESCRIPTOR_OFFSET = 0x20;
export const BOOTLOADER_DESCRIPTOR_BYTES = 80;
const MAGIC = 0x50;

/** The descriptor in an image, or undefined: its magic is one byte only, so both texts must be readable as well. */
export function readBootloaderDescriptor(image: Buffer): BootloaderDescriptor | undefined {
  const end = BOOTLOADER_DESCRIPTOR_OFFSET + BOOTLOADER_DESCRIPTOR_BYTES;
  const bytes = image.subarray(BOOTLOADER_DESCRIPTOR_OFFSET, end);
  if (bytes.length < BOOTLOADER_DESCRIPTOR_BYTES || bytes.readUInt8(0) !== MAGIC) return undefined;
  const idfVersion = readFixedText(bytes.subarray(8, 40));
  const dateTime = readFixedText(bytes.subarray(40, 64));
  if (!idfVersion || !dateTime) return undefined;
  return { version: bytes.readUInt32LE(4), idfVersion, dateTime };
}

/** The 80 bytes of a descriptor. Throws RangeError when a text does not fit its field. */
export function buildBootloaderDescriptor(bootloader: BootloaderDescriptor): Buffer {
  const bytes = Buffer.alloc(BOOTLOADER_DESCRIPTOR_BYTES);
  bytes.writeUInt8(MAGIC, 0);
  bytes.writeUInt32LE(bootloader.version, 4);
  writeFixedText(bytes, 8, 32, bootloader.idfVersion);
  writeFixedText(bytes, 40, 24, bootloader.dateTime);
  return bytes;
}

import { espChips, type EspChip } from './esp-chips.js';
import { ESP_IMAGE_MAGIC } from './esp-image-header.js';
import { hex } from './hex.js';
import { isApp } from './partition-check.js';
import {
  PARTITION_TABLE_BYTES,
  PARTITION_TABLE_OFFSET,
  parsePartitionTable,
  type PartitionTable,
} from './partition-table.js';
import type { Problem } from './problem.js';

/** One thing of its own in a flash image. */
export interface EspFlashPart {
  /** `bootloader`, or the label of the application's partition. */
  name: string;
  /** Where it begins in the file. */
  offset: number;
  bytes: Buffer;
}

/** Several images in one file, as they lie in flash: what `esptool merge-bin` makes, and a flash that was read back. */
export interface EspFlashImage {
  /** Where the file begins in flash. */
  flashOffset: number;
  images: EspFlashPart[];
  /** Table at its place in the file. */
  table: EspFlashPart;
  /** What is missing or strange around the images; offsets are those of the file. */
  problems: Problem[];
}

/** The parts of a flash image for that chip; undefined when the file is something else, such as one application. */
export function readEspFlashImage(bytes: Buffer, chip: EspChip): EspFlashImage | undefined {
  if (chip.name === 'esp8266') return undefined;
  const begins = [...new Set([0, chip.bootloaderOffset])];
  const flashOffset = begins.find((start) => isFlashFrom(bytes, start, chip));
  if (flashOffset === undefined) return undefined;
  const bootloaderAt = chip.bootloaderOffset - flashOffset;
  const tableAt = PARTITION_TABLE_OFFSET - flashOffset;
  const part = (name: string, offset: number, end: number): EspFlashPart => ({
    name,
    offset,
    bytes: bytes.subarray(offset, Math.min(end, bytes.length)),
  });
  const table = part('partitions', tableAt, tableAt + PARTITION_TABLE_BYTES);
  const images = [part('bootloader', bootloaderAt, tableAt)];
  const apps = parsePartitionTable(table.bytes).partitions.filter(isApp);
  for (const { label, offset, sizeBytes } of apps) {
    const app = part(label, offset - flashOffset, offset - flashOffset + sizeBytes);
    if (offset >= PARTITION_TABLE_OFFSET && !isErased(app.bytes)) images.push(app);
  }
  const what = `no partition for an application has anything in it, expected an image in ${apps.map(({ label, offset }) => `${label} (${hex(offset)})`).join(' or ')}`;
  const problems = images.length === 1 && apps.length > 0 ? [{ offset: bytes.length, what }] : [];
  return { flashOffset, images, table, problems };
}

/** The same for whatever chip it is. */
export function readAnyEspFlashImage(bytes: Buffer): EspFlashImage | undefined {
  for (const chip of espChips) {
    const image = readEspFlashImage(bytes, chip);
    if (image !== undefined) return image;
  }
  return undefined;
}

/** Erased up to a bootloader is flash, whatever follows; a file that begins with an image also needs a sound table at its place. */
function isFlashFrom(bytes: Buffer, start: number, { bootloaderOffset }: EspChip): boolean {
  const bootloaderAt = bootloaderOffset - start;
  if (bytes[bootloaderAt] !== ESP_IMAGE_MAGIC) return false;
  if (bootloaderAt > 0) return bytes.subarray(0, bootloaderAt).every((byte) => byte === 0xff);
  const { partitions, problems } = tableAt(bytes, PARTITION_TABLE_OFFSET - start);
  // An application goes on where a bootloader has ended: a damaged table is one only behind erased flash.
  const before = bytes.subarray(PARTITION_TABLE_OFFSET - start - 32, PARTITION_TABLE_OFFSET - start);
  return partitions.length > 0 && (problems.length === 0 || isErased(before));
}

function tableAt(bytes: Buffer, offset: number): PartitionTable {
  return parsePartitionTable(bytes.subarray(offset, offset + PARTITION_TABLE_BYTES));
}

/** Nothing there, or erased as far as an image's header would go. */
function isErased(bytes: Buffer): boolean {
  return bytes.subarray(0, 32).every((byte) => byte === 0xff);
}

import { espChipNamed } from '../../firmware/esp-chips.js';
import { inspectEspImage, type EspImageReport } from '../../firmware/esp-image.js';
import { ESP_HEADER_BYTES, ESP_IMAGE_MAGIC } from '../../firmware/esp-image-header.js';
import { timings } from '../timings.js';
import type { ChipRun } from './chip-run.js';

/** An application that passed the second stage's checks. */
export interface AppImage {
  offset: number;
  report: EspImageReport;
  bytes: Buffer;
}

/**
 * Checks the application in a partition as the second stage does, saying what it says: magic, chip, segments, checksum, length,
 * SHA-256. Undefined when it is not bootable.
 */
export async function checkAppImage(
  run: ChipRun,
  partition: { offset: number; sizeBytes: number },
): Promise<AppImage | undefined> {
  const { output, flash, texts } = run;
  const { offset } = partition;
  const refuse = (tag: string, text: string): undefined => {
    output.log('E', tag, text);
    return undefined;
  };
  const room = Math.max(0, Math.min(partition.sizeBytes, flash.sizeBytes - offset));
  const bytes = flash.read(offset, room);
  if (bytes[0] !== ESP_IMAGE_MAGIC) {
    return refuse(
      'esp_image',
      `image at 0x${offset.toString(16)} has invalid magic byte (nothing flashed here?)`,
    );
  }
  const report = inspectEspImage(bytes, { chip: texts.chip.name });
  const { header, segments, checksum, hash, sizeBytes } = report;
  if (header !== undefined && header.chipId !== espChipNamed(texts.chip.name)?.imageChipId) {
    return refuse(
      'boot_comm',
      `mismatch chip ID, expected ${texts.chip.imageChipId}, found ${header.chipId}`,
    );
  }
  for (const [index, segment] of segments.entries()) {
    printSegment(run, index, offset + segment.dataOffset, segment);
    output.work((segment.sizeBytes / 2 ** 20) * timings.imageCheckPerMiB);
    await output.settle();
  }
  if (sizeBytes === undefined) {
    const last = segments.at(-1);
    const at = last ? last.dataOffset + last.sizeBytes : ESP_HEADER_BYTES;
    const length = at + 8 <= bytes.length ? bytes.readUInt32LE(at + 4) : 0xffffffff;
    if (length >= 0x1000000) return refuse('esp_image', `invalid segment length 0x${length.toString(16)}`);
    return refuse('esp_image', doesNotFit(at + 8 + length, partition.sizeBytes));
  }
  if (sizeBytes > partition.sizeBytes) return refuse('esp_image', doesNotFit(sizeBytes, partition.sizeBytes));
  if (checksum?.calculated !== checksum?.stored) {
    const text = `Checksum failed. Calculated 0x${short(checksum?.calculated)} read 0x${short(checksum?.stored)}`;
    return refuse('esp_image', text);
  }
  if (hash?.calculated !== hash?.stored) return refuse('esp_image', 'Image hash failed - image is corrupt');
  return { offset, report, bytes: bytes.subarray(0, sizeBytes) };
}

function printSegment(
  { output }: ChipRun,
  index: number,
  flashAddress: number,
  segment: EspImageReport['segments'][number],
): void {
  const { address, sizeBytes, kind } = segment;
  const use = { mapped: 'map', loaded: 'load', padding: '' }[kind];
  const size = `${sizeBytes.toString(16).padStart(5, '0')}h (${String(sizeBytes).padStart(6)}) ${use}`;
  const place = `paddr=${flashAddress.toString(16).padStart(8, '0')} vaddr=${address.toString(16).padStart(8, '0')}`;
  output.log('I', 'esp_image', `segment ${index}: ${place} size=${size}`);
}

function doesNotFit(sizeBytes: number, partitionBytes: number): string {
  return `Image length ${sizeBytes} doesn't fit in partition length ${partitionBytes}`;
}

/** Hex digits as C prints a number with `%x`. */
function short(hex: string | undefined): string {
  return Number.parseInt(hex ?? '0', 16).toString(16);
}

import { createHash } from 'node:crypto';
import { espChipNamed, isFlashMapped, type EspChip, type EspChipName } from './esp-chips.js';
import {
  ESP_HEADER_BYTES,
  ESP_IMAGE_MAGIC,
  flashModes,
  MAX_SEGMENTS,
  type FlashMode,
} from './esp-image-header.js';
import { SEGMENT_HEADER_BYTES } from './esp-image-segments.js';
import { checksumOffset, espChecksum } from './esp-image-tail.js';
import { hex } from './hex.js';

export interface SegmentSource {
  /** Where the CPU sees it. A flash-mapped one decides its own place in the file. */
  address: number;
  /** Padded with zeros to a multiple of 4 bytes. */
  data: Buffer;
}

export interface EspImageSource {
  chip: EspChipName;
  /** Address of the first instruction, inside of one of the segments. */
  entry: number;
  /** Flash-mapped ones go first and the others fill the gaps between those; both keep their order. An app descriptor is at the start of the first. */
  segments: readonly SegmentSource[];
  flashMode?: FlashMode;
  /** Flash size of the header, a power of two from 1 MiB to 128 MiB; 4 MiB unless told. */
  flashSizeBytes?: number;
  /** Low nibble of header byte 3; 0 unless told, 40 MHz on the ESP32. */
  flashFrequency?: number;
  /** Chip revisions, major × 100 + minor; no limits unless told. */
  minRevision?: number;
  maxRevision?: number;
  /** Appends the SHA-256; true unless told. */
  appendHash?: boolean;
}

const PAGE_BYTES = 0x10000;
/** The ESP32's second stage does not map a last page of which fewer bytes than this are used (esptool 5.2, bin_image.py). */
const ESP32_LEAST_IN_LAST_PAGE = 0x24;

/**
 * A valid ESP image for any chip but the ESP8266, byte for byte the same for the same source. Lays it out as the vendor's tool does: data that is
 * mapped from flash lies at the same place in a 64 KiB page as its address. Throws RangeError when the source cannot be laid out.
 */
export function buildEspImage(source: EspImageSource): Buffer {
  const chip = espChipNamed(source.chip);
  if (chip?.imageChipId === undefined) {
    throw new RangeError(`images for ${source.chip} have another format, expected a chip with an id`);
  }
  const segments = layOut(chip, source.segments);
  if (segments.length < 1 || segments.length > MAX_SEGMENTS) {
    throw new RangeError(`an image has 1 to ${MAX_SEGMENTS} segments, these would be ${segments.length}`);
  }
  const pieces = [header(chip.imageChipId, source, segments.length)];
  for (const { address, data } of segments) {
    const head = Buffer.alloc(SEGMENT_HEADER_BYTES);
    head.writeUInt32LE(address, 0);
    head.writeUInt32LE(data.length, 4);
    pieces.push(head, data);
  }
  const end = pieces.reduce((sum, { length }) => sum + length, 0);
  const padding = Buffer.alloc(checksumOffset(end) - end);
  const checksum = Buffer.of(espChecksum(segments.map(({ data }) => data)));
  const image = Buffer.concat([...pieces, padding, checksum]);
  if (source.appendHash === false) return image;
  return Buffer.concat([image, createHash('sha256').update(image).digest()]);
}

function header(chipId: number, source: EspImageSource, segmentCount: number): Buffer {
  const flashSizeBytes = source.flashSizeBytes ?? 0x400000;
  const sizeCode = Math.log2(flashSizeBytes / 0x100000);
  if (!Number.isInteger(sizeCode) || sizeCode < 0 || sizeCode > 7) {
    throw new RangeError(`${hex(flashSizeBytes)} is not a flash size: a power of two from 1 MiB to 128 MiB`);
  }
  const bytes = Buffer.alloc(ESP_HEADER_BYTES);
  bytes.writeUInt8(ESP_IMAGE_MAGIC, 0);
  bytes.writeUInt8(segmentCount, 1);
  bytes.writeUInt8(flashModes.indexOf(source.flashMode ?? 'DIO'), 2);
  bytes.writeUInt8((sizeCode << 4) | (source.flashFrequency ?? 0), 3);
  bytes.writeUInt32LE(source.entry, 4);
  bytes.writeUInt8(0xee, 8);
  bytes.writeUInt16LE(chipId, 12);
  bytes.writeUInt16LE(source.minRevision ?? 0, 15);
  bytes.writeUInt16LE(source.maxRevision ?? 0xffff, 17);
  bytes.writeUInt8(source.appendHash === false ? 0 : 1, 23);
  return bytes;
}

/** The segments in file order: each flash-mapped one where it can be mapped, RAM segments or zeros in the gaps. */
function layOut(chip: EspChip, source: readonly SegmentSource[]): SegmentSource[] {
  const segments = source.map(({ address, data }) => ({ address, data: padToWord(data) }));
  const mapped = segments.filter(({ address }) => isFlashMapped(chip, address));
  const loaded = segments.filter(({ address }) => !isFlashMapped(chip, address));
  const placed: SegmentSource[] = [];
  let offset = ESP_HEADER_BYTES;
  const place = (segment: SegmentSource): void => {
    placed.push(segment);
    offset += SEGMENT_HEADER_BYTES + segment.data.length;
  };
  for (const { address, data } of mapped) {
    for (let gap = gapBefore(address, offset); gap !== undefined; gap = gapBefore(address, offset)) {
      const filler = loaded.shift();
      if (filler === undefined) place({ address: 0, data: Buffer.alloc(gap) });
      else {
        place({ address: filler.address, data: filler.data.subarray(0, gap) });
        const rest = filler.data.subarray(gap);
        if (rest.length > 0) loaded.unshift({ address: filler.address + gap, data: rest });
      }
    }
    place({ address, data: chip.name === 'esp32' ? padLastPage(data, offset + SEGMENT_HEADER_BYTES) : data });
  }
  loaded.forEach(place);
  return placed;
}

/** Data bytes of the segment that must go in front, so that the next one lands at its place in a page; undefined: none needed. */
function gapBefore(address: number, offset: number): number | undefined {
  const away = modulo(address - (offset + SEGMENT_HEADER_BYTES));
  if (away % 4 !== 0)
    throw new RangeError(`${hex(address)} is not a multiple of 4: flash cannot be mapped there`);
  return away === 0 ? undefined : modulo(away - SEGMENT_HEADER_BYTES);
}

function modulo(bytes: number): number {
  return ((bytes % PAGE_BYTES) + PAGE_BYTES) % PAGE_BYTES;
}

function padLastPage(data: Buffer, dataOffset: number): Buffer {
  const used = (dataOffset + data.length) % PAGE_BYTES;
  if (used >= ESP32_LEAST_IN_LAST_PAGE) return data;
  return Buffer.concat([data, Buffer.alloc(ESP32_LEAST_IN_LAST_PAGE - used)]);
}

function padToWord(data: Buffer): Buffer {
  const missing = (4 - (data.length % 4)) % 4;
  return missing === 0 ? data : Buffer.concat([data, Buffer.alloc(missing)]);
}

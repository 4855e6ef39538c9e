import type { EspImageSource, SegmentSource } from './build-esp-image.js';
import { ESP_IMAGE_MAGIC, flashModes, MAX_SEGMENTS } from './esp-image-header.js';
import { checksumOffset, espChecksum } from './esp-image-tail.js';
import { ESP8266_APP_OFFSET, ESP8266_HEADER_BYTES, ESP8266_IROM, esp8266SizeCode } from './esp8266-image.js';
import { hex } from './hex.js';

/** An image as an ESP8266's ROM or Arduino's second stage loads it. */
export type Esp8266ImageSource = Pick<
  EspImageSource,
  'entry' | 'segments' | 'flashMode' | 'flashSizeBytes' | 'flashFrequency'
>;

/** What Arduino's tool fills the room between the second stage and the application with. */
const FILLER = 0xaa;

/**
 * What is flashed at 0 of an ESP8266: the second stage and the application that it starts. Byte for byte the same for the same source. Throws
 * RangeError when it cannot be laid out.
 */
export function buildEsp8266Image(stage: Esp8266ImageSource, app: Esp8266ImageSource): Buffer {
  const loader = buildPart(stage, 0);
  if (loader.length > ESP8266_APP_OFFSET) {
    throw new RangeError(
      `a second stage of ${hex(loader.length)} bytes does not fit in front of ${hex(ESP8266_APP_OFFSET)}`,
    );
  }
  const filler = Buffer.alloc(ESP8266_APP_OFFSET - loader.length, FILLER);
  return Buffer.concat([loader, filler, buildPart(app, ESP8266_APP_OFFSET)]);
}

/** Header, segments in their order, zeros, and the checksum as the last byte of a row of 16. */
function buildPart(source: Esp8266ImageSource, offset: number): Buffer {
  const segments = source.segments.map(({ address, data }) => ({ address, data: padToWord(data) }));
  if (segments.length < 1 || segments.length > MAX_SEGMENTS) {
    throw new RangeError(`an image has 1 to ${MAX_SEGMENTS} segments, these are ${segments.length}`);
  }
  const pieces = [header(source)];
  let at = offset + ESP8266_HEADER_BYTES;
  for (const segment of segments) {
    checkMapping(segment, at + 8);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(segment.address, 0);
    head.writeUInt32LE(segment.data.length, 4);
    pieces.push(head, segment.data);
    at += 8 + segment.data.length;
  }
  const padding = Buffer.alloc(checksumOffset(at) - at);
  return Buffer.concat([...pieces, padding, Buffer.of(espChecksum(segments.map(({ data }) => data)))]);
}

function header({ entry, segments, flashMode, flashSizeBytes, flashFrequency }: Esp8266ImageSource): Buffer {
  const sizeBytes = flashSizeBytes ?? 0x400000;
  const sizeCode = esp8266SizeCode(sizeBytes);
  if (sizeCode === undefined) throw new RangeError(`${hex(sizeBytes)} is no flash size of an ESP8266`);
  const bytes = Buffer.alloc(ESP8266_HEADER_BYTES);
  bytes.writeUInt8(ESP_IMAGE_MAGIC, 0);
  bytes.writeUInt8(segments.length, 1);
  bytes.writeUInt8(flashModes.indexOf(flashMode ?? 'DIO'), 2);
  bytes.writeUInt8((sizeCode << 4) | (flashFrequency ?? 0), 3);
  bytes.writeUInt32LE(entry, 4);
  return bytes;
}

/** Mapped code is where it stands in flash: it cannot be moved to its address as other segments are. */
function checkMapping({ address }: SegmentSource, offset: number): void {
  if (address < ESP8266_IROM || address === ESP8266_IROM + offset) return;
  throw new RangeError(
    `code for ${hex(address)} would stand at ${hex(offset)}, which is mapped to ${hex(ESP8266_IROM + offset)}`,
  );
}

function padToWord(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}

import type { EspImageReport } from './esp-image.js';
import type { EspImageSegment } from './esp-image-segments.js';
import {
  ESP8266_APP_OFFSET,
  ESP8266_HEADER_BYTES,
  ESP8266_V2_MAGIC,
  isEsp8266Image,
  readEsp8266Part,
  type Esp8266Part,
} from './esp8266-image.js';
import { hex } from './hex.js';
import type { Problem } from './problem.js';

/** Reads an ESP8266 image wholly, as `inspectEspImage` does for all chips. */
export function inspectEsp8266Image(bytes: Buffer): EspImageReport {
  const parts = bytes[0] === ESP8266_V2_MAGIC ? [readV2(bytes)] : readV1(bytes);
  const last = parts.at(-1);
  const header = parts[0]?.header;
  const sizeBytes = last?.end;
  return {
    problems: parts.flatMap(({ problems }) => problems).sort((one, other) => one.offset - other.offset),
    ...(header && { header }),
    segments: parts.flatMap(({ segments }) => segments),
    ...(last?.checksum && { checksum: last.checksum }),
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
}

/** What the ROM loads, and behind it, when that is Arduino's second stage, the application. */
function readV1(bytes: Buffer): Esp8266Part[] {
  const first = readEsp8266Part(bytes);
  const hasApp = first.end !== undefined && first.end <= ESP8266_APP_OFFSET;
  return hasApp && isEsp8266Image(bytes, ESP8266_APP_OFFSET)
    ? [first, readEsp8266Part(bytes, ESP8266_APP_OFFSET)]
    : [first];
}

const V2_COUNT = 4;

/** A header of its own kind, the mapped code, then an image as the ROM knows it, whose checksum leaves the mapped code out, and a CRC-32. */
function readV2(bytes: Buffer): Esp8266Part {
  const mapped = ESP8266_HEADER_BYTES + 8;
  if (bytes.length < mapped) {
    const what = `the file ends within the header of the mapped code, which needs ${mapped} bytes`;
    return { offset: 0, segments: [], problems: [{ offset: bytes.length, what }] };
  }
  const problems: Problem[] = [];
  const count = bytes.readUInt8(1);
  if (count !== V2_COUNT) {
    const what = `the count is ${count}, expected ${V2_COUNT} in a version 2 image`;
    problems.push({ offset: 1, what });
  }
  const sizeBytes = bytes.readUInt32LE(ESP8266_HEADER_BYTES + 4);
  if (mapped + sizeBytes > bytes.length) {
    const left = bytes.length - mapped;
    const what = `the mapped code is ${hex(sizeBytes)} bytes long by its header, but only ${hex(left)} bytes follow: the file is truncated or the length is wrong`;
    return { offset: 0, segments: [], problems: [...problems, { offset: ESP8266_HEADER_BYTES + 4, what }] };
  }
  const rest = readEsp8266Part(bytes, mapped + sizeBytes);
  const code: EspImageSegment = { address: 0, sizeBytes, dataOffset: mapped, kind: 'mapped' };
  problems.push(...rest.problems);
  if (rest.end === undefined) return { ...rest, segments: [code, ...rest.segments], problems };
  const crc = readCrc(bytes, rest.end);
  return {
    ...rest,
    segments: [code, ...rest.segments],
    end: rest.end + 4,
    problems: [...problems, ...crc],
  };
}

/** The CRC that the vendor's second stage compares: zlib's, made positive in the way of its tool (gen_appbin.py). */
function readCrc(bytes: Buffer, at: number): Problem[] {
  if (bytes.length < at + 4) {
    return [
      {
        offset: bytes.length,
        what: `the file ends before the CRC-32, expected at ${hex(at)}: it is truncated`,
      },
    ];
  }
  const plain = crc32(bytes.subarray(0, at));
  const calculated = plain & 0x80000000 ? ~plain >>> 0 : plain + 1;
  const stored = bytes.readUInt32LE(at);
  if (stored === calculated) return [];
  const what = `the CRC-32 is ${hex(stored, 8)}, expected ${hex(calculated, 8)} over the ${hex(at)} bytes before it: the file is damaged`;
  return [{ offset: at, what }];
}

/** The CRC-32 of zlib; Node 20.11 has none of its own. */
function crc32(bytes: Buffer): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) register = (register >>> 1) ^ (register & 1 ? 0xedb88320 : 0);
  }
  return ~register >>> 0;
}

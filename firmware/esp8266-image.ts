import { espChipNamed } from './esp-chips.js';
import { commonProblems, ESP_IMAGE_MAGIC, flashModes, type EspImageHeader } from './esp-image-header.js';
import { readEspImageSegments, segmentProblems, type EspImageSegment } from './esp-image-segments.js';
import { readEspImageTail, type Proof } from './esp-image-tail.js';
import { hex } from './hex.js';
import type { Problem } from './problem.js';

/** First byte of an application for the vendor's own second stage: code that is mapped from flash stands before the actual image. */
export const ESP8266_V2_MAGIC = 0xea;
/** Length of the header; segments begin behind it. */
export const ESP8266_HEADER_BYTES = 8;
/** Where Arduino's second stage, eboot, which the ROM loads from the start of flash, looks for the application. */
export const ESP8266_APP_OFFSET = 0x1000;
/** The flash mapping is one window: the byte at flash offset n is at this address plus n. */
export const ESP8266_IROM = 0x40200000;
const IROM_BYTES = 0x100000;

/** Memory that the ROM and the second stages fill, and the flash mapping: `[first, end)`. */
const memory: readonly (readonly [number, number])[] = [
  [0x3ffe8000, 0x40000000],
  [0x40100000, 0x40110000],
  [ESP8266_IROM, ESP8266_IROM + IROM_BYTES],
];

/** Flash sizes by their code in the header; the codes of the chips after it mean others. */
const flashSizes: Record<number, number> = {
  0: 0x80000,
  1: 0x40000,
  2: 0x100000,
  3: 0x200000,
  4: 0x400000,
  5: 0x200000,
  6: 0x400000,
  8: 0x800000,
  9: 0x1000000,
};

/** Code of a flash size in the header, or undefined when none stands for it. */
export function esp8266SizeCode(flashSizeBytes: number): number | undefined {
  const code = Object.keys(flashSizes).find((each) => flashSizes[Number(each)] === flashSizeBytes);
  return code === undefined ? undefined : Number(code);
}

/** Whether the bytes are an image of an ESP8266: where later chips have their extended header, it has the address of its first segment. */
export function isEsp8266Image(bytes: Buffer, at = 0): boolean {
  if (bytes[at] === ESP8266_V2_MAGIC) return true;
  return bytes[at] === ESP_IMAGE_MAGIC && bytes.length >= at + 12 && isInMemory(bytes.readUInt32LE(at + 8));
}

function isInMemory(address: number): boolean {
  return memory.some(([first, end]) => address >= first && address < end);
}

/** One header with its segments and its checksum. A file for Arduino's second stage holds two: that stage itself, and the application. */
export interface Esp8266Part {
  /** Of the header, in the file. */
  offset: number;
  header?: EspImageHeader;
  segments: EspImageSegment[];
  checksum?: Proof;
  /** Offset behind its checksum; left out when the segments could not all be read. */
  end?: number;
  problems: Problem[];
}

/** Reads the part whose header begins at `at`. Never throws. */
export function readEsp8266Part(bytes: Buffer, at = 0): Esp8266Part {
  if (bytes.length < at + ESP8266_HEADER_BYTES) {
    const what = `the file ends within the image header: it has ${bytes.length} bytes, the header needs ${at + ESP8266_HEADER_BYTES}`;
    return { offset: at, segments: [], problems: [{ offset: bytes.length, what }] };
  }
  const header = readHeader(bytes, at);
  const problems = headerProblems(bytes, header, at);
  const {
    segments,
    end,
    problems: broken,
  } = readEspImageSegments(bytes, header, espChipNamed('esp8266'), at + ESP8266_HEADER_BYTES);
  problems.push(...broken, ...strayProblems(segments));
  if (end === undefined) return { offset: at, header, segments, problems };
  problems.push(...segmentProblems(segments, header.entry, IROM_BYTES, at));
  const { checksum, sizeBytes, problems: unproved } = readEspImageTail(bytes, segments, end, false);
  problems.push(...unproved);
  return { offset: at, header, segments, ...(checksum && { checksum }), end: sizeBytes, problems };
}

function readHeader(bytes: Buffer, at: number): EspImageHeader {
  const flashMode = flashModes[bytes.readUInt8(at + 2)];
  const flashSizeBytes = flashSizes[bytes.readUInt8(at + 3) >> 4];
  return {
    segmentCount: bytes.readUInt8(at + 1),
    ...(flashMode && { flashMode }),
    ...(flashSizeBytes !== undefined && { flashSizeBytes }),
    flashFrequency: bytes.readUInt8(at + 3) & 0xf,
    entry: bytes.readUInt32LE(at + 4),
    chip: 'esp8266',
    hashAppended: false,
  };
}

function headerProblems(bytes: Buffer, header: EspImageHeader, at: number): Problem[] {
  const problems: Problem[] = [];
  const magic = bytes.readUInt8(at);
  if (magic !== ESP_IMAGE_MAGIC) {
    const what = `the byte is ${hex(magic, 2)}, expected ${hex(ESP_IMAGE_MAGIC)}, with which an image header begins`;
    problems.push({ offset: at, what });
  }
  problems.push(...commonProblems(bytes, header, at));
  if (header.flashSizeBytes === undefined) {
    const what = `the flash size code is ${hex(bytes.readUInt8(at + 3) >> 4)}, expected 0x0 to 0x6 (512 KB to 4 MB), 0x8 or 0x9 (8 or 16 MB)`;
    problems.push({ offset: at + 3, what });
  }
  return problems;
}

function strayProblems(segments: readonly EspImageSegment[]): Problem[] {
  return segments.flatMap(({ address, dataOffset }, index) => {
    if (isInMemory(address)) return [];
    const what = `segment ${index} goes to ${hex(address, 8)}, expected RAM or mapped flash of an ESP8266`;
    return [{ offset: dataOffset - 8, what }];
  });
}

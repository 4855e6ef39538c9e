import { espChips, espChipWithId, type EspChip, type EspChipName } from './esp-chips.js';
import { hex } from './hex.js';
import type { Problem } from './problem.js';

export const ESP_IMAGE_MAGIC = 0xe9;
/** Header with its extension, which all chips but the ESP8266 have; segments begin behind it. */
export const ESP_HEADER_BYTES = 24;
export const MAX_SEGMENTS = 16;

export type FlashMode = 'QIO' | 'QOUT' | 'DIO' | 'DOUT' | 'FAST_READ' | 'SLOW_READ';
export const flashModes: readonly FlashMode[] = ['QIO', 'QOUT', 'DIO', 'DOUT', 'FAST_READ', 'SLOW_READ'];

export interface EspImageHeader {
  segmentCount: number;
  /** Undefined when the byte names no mode. */
  flashMode?: FlashMode;
  /** Flash size that the image was built for, bytes; undefined when the nibble names none. */
  flashSizeBytes?: number;
  /** Low nibble of byte 3: 0xf is the fastest (80 MHz on the ESP32), 0 half, 1 and 2 slower. */
  flashFrequency: number;
  /** Address of the first instruction. */
  entry: number;
  /** 0xee: not used. The ESP8266's header has neither this nor what follows. */
  wpPin?: number;
  /** Drive strengths of the flash pins, three bytes as in the header. */
  pinDrive?: [number, number, number];
  chipId?: number;
  /** Undefined when the id names no chip that is known here. */
  chip?: EspChipName;
  /** Chip revisions that the image runs on, major × 100 + minor; a maximum of 0 or 65535 is no limit. */
  minRevision?: number;
  maxRevision?: number;
  hashAppended: boolean;
}

/** Header of an image, or none when what is there is no image at all: then nothing behind it means anything either. */
export function readEspImageHeader(
  image: Buffer,
  expected?: EspChip,
): { header?: EspImageHeader; problems: Problem[] } {
  const stranger = notAnImage(image);
  if (stranger !== undefined) return { problems: [{ offset: 0, what: stranger }] };
  if (image.length < ESP_HEADER_BYTES) {
    const what = `the file ends within the image header: it has ${image.length} bytes, the header needs ${ESP_HEADER_BYTES}`;
    return { problems: [{ offset: image.length, what }] };
  }
  const flashMode = flashModes[image.readUInt8(2)];
  const sizeCode = image.readUInt8(3) >> 4;
  const chip = espChipWithId(image.readUInt16LE(12));
  const header: EspImageHeader = {
    segmentCount: image.readUInt8(1),
    ...(flashMode && { flashMode }),
    ...(sizeCode <= 7 && { flashSizeBytes: 0x100000 << sizeCode }),
    flashFrequency: image.readUInt8(3) & 0xf,
    entry: image.readUInt32LE(4),
    wpPin: image.readUInt8(8),
    pinDrive: [image.readUInt8(9), image.readUInt8(10), image.readUInt8(11)],
    chipId: image.readUInt16LE(12),
    ...(chip && { chip: chip.name }),
    minRevision: image.readUInt16LE(15),
    maxRevision: image.readUInt16LE(17),
    hashAppended: image.readUInt8(23) === 1,
  };
  return { header, problems: headerProblems(image, header, expected) };
}

/** Why the first bytes cannot begin an ESP image, in words that tell what the file is instead; undefined when they can. */
function notAnImage(image: Buffer): string | undefined {
  const first = image[0];
  if (first === undefined)
    return `the file is empty, expected an ESP image, which starts with ${hex(ESP_IMAGE_MAGIC)}`;
  if (first === ESP_IMAGE_MAGIC) return undefined;
  const instead = strangers.find(({ starts }) =>
    image.subarray(0, starts.length).equals(Buffer.from(starts)),
  );
  const hint = instead === undefined ? '' : `: ${instead.is}`;
  return `the first byte is ${hex(first, 2)}, expected ${hex(ESP_IMAGE_MAGIC)} of an ESP image${hint}`;
}

const strangers = [
  { starts: [0xff, 0xff, 0xff, 0xff], is: 'this is erased flash, nothing is written here' },
  {
    starts: [0x7f, 0x45, 0x4c, 0x46],
    is: 'this is an ELF file, make an image of it with `esptool elf2image`',
  },
  { starts: [0xaa, 0x50], is: 'this is a partition table' },
  { starts: [0x1f, 0x8b], is: 'this is a gzip file, unpack it first' },
  { starts: [0x3a], is: 'this looks like an Intel HEX file' },
  { starts: [0x55, 0x46, 0x32, 0x0a], is: 'this is a UF2 file' },
];

function headerProblems(image: Buffer, header: EspImageHeader, expected?: EspChip): Problem[] {
  const problems: Problem[] = [];
  const report = (offset: number, what: string): void => void problems.push({ offset, what });
  const { chipId = 0, minRevision = 0, maxRevision = 0 } = header;
  problems.push(...commonProblems(image, header));
  if (header.flashSizeBytes === undefined) {
    report(3, `the flash size code is ${hex(image.readUInt8(3) >> 4)}, expected 0x0 (1 MB) to 0x7 (128 MB)`);
  }
  if (expected !== undefined && chipId !== expected.imageChipId) {
    const is = header.chip ?? 'an unknown chip';
    report(12, `the image is for ${is} (chip id ${chipId}), expected ${described(expected)}`);
  } else if (header.chip === undefined) {
    const known = espChips
      .filter(({ imageChipId }) => imageChipId !== undefined)
      .map(({ name, imageChipId }) => `${imageChipId} ${name}`);
    report(12, `the chip id is ${chipId}, expected one of ${known.join(', ')}`);
  }
  if (maxRevision !== 0 && minRevision > maxRevision) {
    report(
      15,
      `the image wants a chip revision of at least ${revision(minRevision)} and at most ${revision(maxRevision)}, which no chip has`,
    );
  }
  if (image.readUInt8(23) > 1) {
    report(23, `the hash-appended flag is ${hex(image.readUInt8(23), 2)}, expected 0x00 or 0x01`);
  }
  return problems;
}

/** What every image's first four bytes can have wrong, beside a size code, whose meaning the chips do not share; `at` is where the header begins. */
export function commonProblems(image: Buffer, header: EspImageHeader, at = 0): Problem[] {
  const { segmentCount, flashMode, flashFrequency } = header;
  const problems: Problem[] = [];
  if (segmentCount < 1 || segmentCount > MAX_SEGMENTS) {
    const what = `the segment count is ${segmentCount}, expected 1 to ${MAX_SEGMENTS}`;
    problems.push({ offset: at + 1, what });
  }
  if (flashMode === undefined) {
    const is = hex(image.readUInt8(at + 2), 2);
    const what = `the flash mode is ${is}, expected 0x00 to 0x05 (${flashModes.join(', ')})`;
    problems.push({ offset: at + 2, what });
  }
  if (![0, 1, 2, 0xf].includes(flashFrequency)) {
    const what = `the flash frequency code is ${hex(flashFrequency)}, expected 0x0, 0x1, 0x2 or 0xf`;
    problems.push({ offset: at + 3, what });
  }
  return problems;
}

/** A chip as messages name it. */
export function described({ name, imageChipId }: EspChip): string {
  return imageChipId === undefined ? name : `${name} (chip id ${imageChipId})`;
}

function revision(number: number): string {
  return `v${Math.floor(number / 100)}.${number % 100}`;
}

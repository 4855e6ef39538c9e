import { isFlashMapped, type EspChip } from './esp-chips.js';
import { ESP_HEADER_BYTES, MAX_SEGMENTS, type EspImageHeader } from './esp-image-header.js';
import { hex } from './hex.js';
import type { Problem } from './problem.js';

export const SEGMENT_HEADER_BYTES = 8;
/** Both the vendor's writer and the second stage refuse longer segments. */
const MAX_SEGMENT_BYTES = 0x1000000;

export interface EspImageSegment {
  /** Where it goes in the CPU's address space; 0 for a padding segment. */
  address: number;
  /** Length of the data. */
  sizeBytes: number;
  /** File offset of the data; its 8-byte header is in front of it. */
  dataOffset: number;
  /** Mapped from flash, copied to RAM, or neither. */
  kind: 'mapped' | 'loaded' | 'padding';
}

/**
 * The segments of an image, the first of which begins at `from`. `end` is the offset behind the last one, and undefined when they could not all be read:
 * then the places of checksum and hash are not known.
 */
export function readEspImageSegments(
  image: Buffer,
  { segmentCount }: Pick<EspImageHeader, 'segmentCount'>,
  chip: EspChip | undefined,
  from = ESP_HEADER_BYTES,
): { segments: EspImageSegment[]; end?: number; problems: Problem[] } {
  const segments: EspImageSegment[] = [];
  const problems: Problem[] = [];
  if (segmentCount < 1 || segmentCount > MAX_SEGMENTS) return { segments, problems };
  let offset = from;
  for (let index = 0; index < segmentCount; index++) {
    const name = `segment ${index} of ${segmentCount}`;
    const left = image.length - offset - SEGMENT_HEADER_BYTES;
    if (left < 0) {
      const what = `the file ends before or within the header of ${name}, which needs 8 bytes at ${hex(offset)}`;
      return { segments, problems: [...problems, { offset: image.length, what }] };
    }
    const address = image.readUInt32LE(offset);
    const sizeBytes = image.readUInt32LE(offset + 4);
    const dataOffset = offset + SEGMENT_HEADER_BYTES;
    if (sizeBytes >= MAX_SEGMENT_BYTES || sizeBytes > left) {
      return {
        segments,
        problems: [...problems, { offset: offset + 4, what: tooLong(name, sizeBytes, left) }],
      };
    }
    if (sizeBytes % 4 !== 0) {
      problems.push({
        offset: offset + 4,
        what: `${name} is ${hex(sizeBytes)} bytes long, expected a multiple of 4`,
      });
    }
    segments.push({ address, sizeBytes, dataOffset, kind: kindOf(address, chip) });
    offset = dataOffset + sizeBytes;
  }
  return { segments, end: offset, problems };
}

function tooLong(name: string, sizeBytes: number, left: number): string {
  const claim = `${name} is ${hex(sizeBytes)} bytes long by its header`;
  if (sizeBytes >= MAX_SEGMENT_BYTES)
    return `${claim}, expected less than ${hex(MAX_SEGMENT_BYTES)}: the header is damaged`;
  return `${claim}, but only ${hex(left)} bytes follow: the file is truncated or the length is wrong`;
}

function kindOf(address: number, chip: EspChip | undefined): EspImageSegment['kind'] {
  if (address < 0x10000) return 'padding';
  return chip !== undefined && isFlashMapped(chip, address) ? 'mapped' : 'loaded';
}

/**
 * What a board would stumble over although every segment can be read: places that cannot be mapped, overlaps, a lost entry. The image's header is
 * at `headerOffset` in the file.
 */
export function segmentProblems(
  segments: readonly EspImageSegment[],
  entry: number,
  pageBytes: number,
  headerOffset = 0,
): Problem[] {
  const problems: Problem[] = [];
  segments.forEach((segment, index) => {
    const { address, dataOffset, kind } = segment;
    if (kind === 'mapped' && address % pageBytes !== dataOffset % pageBytes) {
      const what =
        `segment ${index} is mapped from flash to ${hex(address)}, but its data is at ${hex(dataOffset)}: ` +
        `both must have the same place in a page of ${hex(pageBytes)} bytes, expected ${hex(address % pageBytes)}`;
      problems.push({ offset: dataOffset - SEGMENT_HEADER_BYTES, what });
    }
    const under = segments.slice(0, index).findIndex((earlier) => overlap(earlier, segment));
    if (under !== -1) {
      const what = `segment ${index} (${range(segment)}) goes over segment ${under}, expected addresses of its own`;
      problems.push({ offset: dataOffset - SEGMENT_HEADER_BYTES, what });
    }
  });
  const inside = segments.some(
    ({ address, sizeBytes, kind }) => kind !== 'padding' && entry >= address && entry < address + sizeBytes,
  );
  if (!inside) {
    problems.push({
      offset: headerOffset + 4,
      what: `the entry point ${hex(entry, 8)} is in none of the segments, expected code there`,
    });
  }
  return problems;
}

function overlap(one: EspImageSegment, other: EspImageSegment): boolean {
  if (one.kind === 'padding' || other.kind === 'padding') return false;
  return one.address < other.address + other.sizeBytes && other.address < one.address + one.sizeBytes;
}

function range({ address, sizeBytes }: EspImageSegment): string {
  return `${hex(address, 8)} to ${hex(address + sizeBytes, 8)}`;
}

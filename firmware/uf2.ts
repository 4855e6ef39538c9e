import { hex } from './hex.js';
import { joinSegments, type MemorySegment, type PlacedSegment } from './memory-segment.js';
import type { Problem } from './problem.js';
import {
  isIgnoredBlock,
  readUf2Block,
  UF2_BLOCK_BYTES,
  UF2_PAYLOAD_BYTES,
  uf2Magic,
  type Uf2Block,
} from './uf2-block.js';
import { familyText } from './uf2-families.js';

export { uf2Families } from './uf2-families.js';

/** All that a UF2 file says. */
export interface Uf2Report {
  /** In file order; empty when a boot loader would take the file wholly. */
  problems: Problem[];
  /** Of the first block that has one. */
  familyId?: number;
  /** What goes to flash or RAM, joined, in order of addresses. */
  segments: MemorySegment[];
  /** Whole blocks in the file, good or bad. */
  blocks: number;
}

/** After so many bad blocks the file is something else. */
const MAX_PROBLEMS = 20;

/**
 * Reads a UF2 file wholly, by the rules of the RP2040's boot ROM, which are stricter than the format's (microsoft/uf2, "README"; RP2040
 * datasheet, 2.8.4.2). Gathers every problem, and never throws, whatever the bytes are.
 */
export function inspectUf2(bytes: Buffer, expected: { familyId?: number } = {}): Uf2Report {
  const problems: Problem[] = [];
  const blocks = Math.floor(bytes.length / UF2_BLOCK_BYTES);
  const rest = bytes.length % UF2_BLOCK_BYTES;
  const good: Uf2Block[] = [];
  for (let index = 0; index < blocks && problems.length < MAX_PROBLEMS; index++) {
    const block = readUf2Block(bytes, index);
    problems.push(...block.problems);
    // The ROM passes over blocks that are not for flash, and does not count them.
    if (block.block?.mainFlash === true && !(index === 0 && isIgnoredBlock(block.block)))
      good.push(block.block);
  }
  if (problems.length >= MAX_PROBLEMS) {
    const what = 'the blocks behind it were not looked at any more: is this a UF2 file?';
    problems.push({ offset: problems.at(-1)?.offset ?? 0, what });
  } else problems.push(...familyProblems(good, expected.familyId), ...numberProblems(good));
  const { segments, problems: overlapping } = joinedPieces(good);
  problems.push(...overlapping);
  problems.sort((one, other) => one.offset - other.offset);
  if (rest !== 0 || blocks === 0) {
    const what =
      bytes.length === 0
        ? 'the file is empty, expected UF2 blocks'
        : `${rest} bytes are left behind ${blocks} whole blocks, expected a multiple of 512: the file is truncated`;
    problems.push({ offset: blocks * UF2_BLOCK_BYTES, what });
  }
  const familyId = good.find((block) => block.familyId !== undefined)?.familyId;
  return { problems, ...(familyId !== undefined && { familyId }), segments, blocks };
}

function familyProblems(blocks: readonly Uf2Block[], expected: number | undefined): Problem[] {
  const first = blocks.find(({ familyId }) => familyId !== undefined)?.familyId;
  const wanted = expected ?? first;
  if (wanted === undefined) return [];
  const stranger = blocks.find(({ familyId }) => familyId !== wanted);
  if (stranger === undefined) return [];
  const is = stranger.familyId === undefined ? 'no family' : `the family ${familyText(stranger.familyId)}`;
  const what = `block ${stranger.index} has ${is}, expected ${familyText(wanted)}: boot loaders skip it`;
  return [{ offset: stranger.offset + 28, what }];
}

/** Every number from 0 to the count, once, in a count that all agree on. */
function numberProblems(blocks: readonly Uf2Block[]): Problem[] {
  const count = blocks[0]?.count;
  if (count === undefined) return [];
  const problems: Problem[] = [];
  const report = (offset: number, what: string): void => void problems.push({ offset, what });
  const seen = new Map<number, Uf2Block>();
  for (const block of blocks) {
    if (block.count !== count) {
      report(
        block.offset + 24,
        `block ${block.index} says that there are ${block.count} blocks, expected ${count} as in block 0`,
      );
    }
    const earlier = seen.get(block.number);
    if (block.number >= count) {
      report(
        block.offset + 20,
        `block ${block.index} has the number ${block.number}, expected less than the count ${count}`,
      );
    } else if (earlier !== undefined) {
      report(
        block.offset + 20,
        `block ${block.index} has the number ${block.number} of block ${earlier.index} again, expected each once`,
      );
    } else seen.set(block.number, block);
    if (problems.length >= MAX_PROBLEMS) return problems;
  }
  const absent = firstMissing(seen, count);
  if (absent === undefined) return problems;
  const last = blocks.at(-1)?.offset ?? 0;
  const many = count - seen.size;
  const what = `block number ${absent} is missing${many > 1 ? ` and ${many - 1} more` : ''}, expected the numbers 0 to ${count - 1}: no board would start it`;
  return [...problems, { offset: last + UF2_BLOCK_BYTES, what }];
}

/** Does not walk the count: a damaged one is large. */
function firstMissing(seen: ReadonlyMap<number, unknown>, count: number): number | undefined {
  for (let number = 0; number <= seen.size && number < count; number++) if (!seen.has(number)) return number;
  return undefined;
}

function joinedPieces(blocks: readonly Uf2Block[]): { segments: MemorySegment[]; problems: Problem[] } {
  const pieces = blocks.map(({ address, data, offset, index }): PlacedSegment => ({
    address,
    data,
    offset,
    name: `block ${index}`,
  }));
  const { segments, overlaps } = joinSegments(pieces);
  const problems = overlaps.map(({ earlier, later }) => ({
    offset: later.offset + 12,
    what: `${later.name} goes to ${hex(later.address)}, where ${earlier.name} goes too, expected addresses of its own`,
  }));
  return { segments, problems };
}

/**
 * A UF2 file of these segments for one family, in pages of 256 bytes; what a segment leaves of its first and last page is FF. Throws
 * RangeError when two segments want the same page or one goes past 4 GiB.
 */
export function buildUf2(segments: readonly MemorySegment[], familyId: number): Buffer {
  const pages = new Map<number, Buffer>();
  for (const { address, data } of [...segments].sort((one, other) => one.address - other.address)) {
    if (address < 0 || address + data.length > 0x1_0000_0000) {
      throw new RangeError(`${hex(data.length)} bytes at ${hex(address)} go past the 4 GiB of UF2`);
    }
    for (let at = 0; at < data.length;) {
      const within = (address + at) % UF2_PAYLOAD_BYTES;
      const start = address + at - within;
      if (at === 0 && pages.has(start)) throw new RangeError(`two segments share the page at ${hex(start)}`);
      const page = Buffer.alloc(UF2_PAYLOAD_BYTES, 0xff);
      at += data.copy(page, within, at);
      pages.set(start, page);
    }
  }
  const blocks = [...pages].map(([address, page], number) => {
    const block = Buffer.alloc(UF2_BLOCK_BYTES);
    const words = [
      uf2Magic.first,
      uf2Magic.second,
      0x2000,
      address,
      page.length,
      number,
      pages.size,
      familyId,
    ];
    words.forEach((word, index) => block.writeUInt32LE(word, index * 4));
    page.copy(block, 32);
    block.writeUInt32LE(uf2Magic.last, UF2_BLOCK_BYTES - 4);
    return block;
  });
  return Buffer.concat(blocks);
}

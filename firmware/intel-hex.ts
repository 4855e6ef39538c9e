import { hex } from './hex.js';
import { readHexRecords, type HexRecord } from './intel-hex-records.js';
import { joinSegments, type MemorySegment, type PlacedSegment } from './memory-segment.js';
import type { Problem } from './problem.js';

/** All that an Intel HEX file says. */
export interface IntelHexReport {
  /** In file order, each with its line; empty when every tool would read the file alike. */
  problems: Problem[];
  /** What the readable records hold, joined, in order of their addresses. */
  segments: MemorySegment[];
  /** Start address, when the file has one: linear as it stands, CS:IP as `CS × 16 + IP`. */
  entry?: number;
}

const ADDRESSES = 0x1_0000_0000;

/**
 * Reads an Intel HEX file wholly (Intel, "Hexadecimal Object File Format Specification", revision A): records 00 to 05, CR LF or LF.
 * Gathers every problem, and never throws, whatever the bytes are.
 */
export function inspectIntelHex(bytes: Buffer): IntelHexReport {
  const { records, problems } = readHexRecords(bytes);
  const pieces: PlacedSegment[] = [];
  const report = ({ line, offset }: HexRecord, what: string): void =>
    void problems.push({ offset, what: `line ${line}: ${what}` });
  let base = 0;
  let segmented = false;
  let entry: number | undefined;
  let end: HexRecord | undefined;
  for (const record of records) {
    const { type, data, address, line, offset } = record;
    if (end !== undefined) {
      report(record, `it stands behind the end record of line ${end.line}, expected nothing there`);
      continue;
    }
    if (type === 0) {
      const start = base + address;
      const limit = segmented ? base + 0x10000 : ADDRESSES;
      if (start + data.length > limit) {
        report(record, `its data goes on past ${hex(limit - 1)}, the last address there is, expected less`);
      } else pieces.push({ address: start, data, offset, name: `line ${line}` });
    } else if (type === 1) end = record;
    else if (type === 2 || type === 4) {
      segmented = type === 2;
      base = segmented ? data.readUInt16BE(0) * 16 : data.readUInt16BE(0) * 0x10000;
    } else if (entry !== undefined) report(record, 'it is a second start address, expected one at most');
    else entry = type === 3 ? data.readUInt16BE(0) * 16 + data.readUInt16BE(2) : data.readUInt32BE(0);
  }
  const { segments, overlaps } = joinSegments(pieces);
  for (const { earlier, later } of overlaps) {
    const what = `${later.name}: its data at ${hex(later.address)} goes over that of ${earlier.name}, expected addresses of its own`;
    problems.push({ offset: later.offset, what });
  }
  problems.sort((one, other) => one.offset - other.offset);
  if (end === undefined) {
    const what = `the end record :00000001FF is missing: the file is truncated`;
    problems.push({ offset: bytes.length, what });
  } else if (segments.length === 0 && problems.length === 0) {
    problems.push({ offset: 0, what: 'there is no data record, expected at least one' });
  }
  return { problems, segments, ...(entry !== undefined && { entry }) };
}

/** Bytes a data record holds: what every tool writes. */
const RECORD_BYTES = 16;

/** An Intel HEX file of these segments, LF line ends. Throws RangeError when one goes past the 4 GiB that the format can address. */
export function buildIntelHex(segments: readonly MemorySegment[]): Buffer {
  const lines: string[] = [];
  let upper = 0;
  for (const { address, data } of segments) {
    if (address < 0 || address + data.length > ADDRESSES) {
      throw new RangeError(`${hex(data.length)} bytes at ${hex(address)} go past the 4 GiB of Intel HEX`);
    }
    for (let at = 0; at < data.length;) {
      const here = address + at;
      const high = Math.floor(here / 0x10000);
      if (high !== upper) lines.push(record(4, 0, Buffer.of(high >> 8, high & 0xff)));
      upper = high;
      const size = Math.min(RECORD_BYTES, data.length - at, 0x10000 - (here % 0x10000));
      lines.push(record(0, here % 0x10000, data.subarray(at, at + size)));
      at += size;
    }
  }
  lines.push(record(1, 0, Buffer.alloc(0)));
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}

function record(type: number, address: number, data: Buffer): string {
  const body = Buffer.concat([Buffer.of(data.length, address >> 8, address & 0xff, type), data]);
  const sum = body.reduce((total, byte) => total + byte, 0);
  return `:${Buffer.concat([body, Buffer.of(-sum & 0xff)])
    .toString('hex')
    .toUpperCase()}`;
}

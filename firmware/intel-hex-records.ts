import { hex } from './hex.js';
import type { Problem } from './problem.js';

/** One line of an Intel HEX file, with a good checksum and the length its type wants. */
export interface HexRecord {
  /** From 1. */
  line: number;
  /** Byte offset of the line in the file. */
  offset: number;
  /** 0 data, 1 end, 2 segment base, 3 CS:IP, 4 upper half of the address, 5 start address. */
  type: number;
  /** Low 16 bits of the address. */
  address: number;
  data: Buffer;
}

/** After so many bad lines the file is something else, and the rest of it would only bury the first. */
const MAX_PROBLEMS = 20;
/** Length of the data by record type; data records have any. */
const wanted: Record<number, number> = { 1: 0, 2: 2, 3: 4, 4: 2, 5: 4 };

/** The lines that are good records; every other line but an empty one is a problem. */
export function readHexRecords(bytes: Buffer): { records: HexRecord[]; problems: Problem[] } {
  const records: HexRecord[] = [];
  const problems: Problem[] = [];
  let line = 0;
  for (let offset = 0; offset < bytes.length;) {
    line += 1;
    const feed = bytes.indexOf(0x0a, offset);
    const next = feed === -1 ? bytes.length : feed + 1;
    const end = feed === -1 ? bytes.length : feed;
    const text = bytes.toString('latin1', offset, end).trimEnd();
    const read = text === '' ? undefined : readLine(text);
    if (typeof read === 'string') problems.push({ offset, what: `line ${line}: ${read}` });
    else if (read !== undefined) records.push({ line, offset, ...read });
    offset = next;
    if (problems.length < MAX_PROBLEMS) continue;
    const what = `line ${line}: the lines behind it were not looked at any more: is this an Intel HEX file?`;
    problems.push({ offset, what });
    break;
  }
  return { records, problems };
}

/** A record, or what is wrong with it. */
function readLine(text: string): Pick<HexRecord, 'type' | 'address' | 'data'> | string {
  if (!text.startsWith(':')) return `it begins with ${shown(text.slice(0, 1))}, expected a colon`;
  const odd = /[^0-9A-Fa-f]/.exec(text.slice(1));
  if (odd !== null) return `column ${odd.index + 2} is ${shown(odd[0])}, expected hex digits only`;
  const body = Buffer.from(text.slice(1), 'hex');
  const digits = text.length - 1;
  if (digits < 10) return `it has ${digits} hex digits, expected at least 10: it is cut short`;
  const size = body.readUInt8(0);
  const digitsWanted = 2 * (size + 5);
  if (digits !== digitsWanted) {
    return `it announces ${size} data bytes, so ${digitsWanted} hex digits, but has ${digits}: it is cut short or damaged`;
  }
  const stored = body.readUInt8(body.length - 1);
  const sum = -body.subarray(0, -1).reduce((total, byte) => total + byte, 0) & 0xff;
  if (stored !== sum) return `its checksum is ${hex(stored, 2)}, expected ${hex(sum, 2)}: it is damaged`;
  const type = body.readUInt8(3);
  if (type > 5) return `its record type is ${hex(type, 2)}, expected 0x00 to 0x05`;
  const sizeWanted = wanted[type];
  if (sizeWanted !== undefined && size !== sizeWanted) {
    return `a record of type ${hex(type, 2)} has ${size} data bytes, expected ${sizeWanted}`;
  }
  return { type, address: body.readUInt16BE(1), data: body.subarray(4, -1) };
}

function shown(character: string): string {
  return /^[\x21-\x7e]$/.test(character) ? `"${character}"` : `byte ${hex(character.charCodeAt(0), 2)}`;
}

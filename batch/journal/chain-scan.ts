import { RigError } from '../../core/errors.js';
import { emptyChain, hashLine, type ChainHead } from './journal-entries.js';
import { linesOf, type RawLine } from './journal-lines.js';
import { proveLine } from './journal-reader.js';

/** A line that does not follow the one before it. */
export interface StrayLine {
  /** Line of the file, from 1. */
  line: number;
  /** What it says of its own place; undefined when it is no journal line. */
  says: { seq: number; prev: string } | undefined;
  hash: string;
  /** What it is about, as far as that can still be read. */
  about: string;
}

/** Where a line stands that the chain holds up to. */
export interface LinePlace extends ChainHead {
  /** Line of the file, from 1; 0 before the first. */
  line: number;
  /** In bytes from the start of the file. */
  offset: number;
  /** Without the line feed. */
  length: number;
}

/** A place where the chain does not hold. */
export interface ChainBreak {
  /** The last line that follows the lines before it. */
  before: LinePlace;
  /** Lines after it that belong to no chain. */
  strays: StrayLine[];
  /** Where the chain goes on: the line after it holds its hash. Undefined when no line before the end does. */
  after: StrayLine | undefined;
}

export interface ChainScan {
  breaks: ChainBreak[];
  /** The last line of the chain as it stands. */
  end: LinePlace;
  /** What stands after it, when the last write was cut short, and what that was about. */
  torn: { line: number; sizeBytes: number; about: string } | undefined;
  /** The hashes of the lines that were asked for, by the number that they carry. */
  hashes: Map<number, string>;
}

/**
 * Reads a whole journal and finds every place where its chain does not hold, going on behind each: where a line's hash stands in the line after it, the
 * chain is taken up again. Notes the hashes of the lines `wanted`. Never throws for what is wrong with the journal.
 */
export async function scanChain(path: string, wanted: ReadonlySet<number>): Promise<ChainScan> {
  const breaks: ChainBreak[] = [];
  const hashes = new Map<number, string>();
  let end: LinePlace = { ...emptyChain, line: 0, offset: 0, length: 0 };
  let torn: ChainScan['torn'];
  let strays: StrayLine[] = [];
  let line = 0;
  const goOn = ({ seq, hash }: ChainHead, { offset, bytes }: RawLine) => {
    end = { line, offset, length: bytes.length, seq, hash };
    if (wanted.has(seq)) hashes.set(seq, hash);
  };
  for await (const group of linesOf(path)) {
    for (const raw of group) {
      line += 1;
      const proved = strays.length === 0 ? tryToProve(path, raw, end) : undefined;
      if (proved === 'torn') torn = { line, sizeBytes: raw.bytes.length, about: aboutOf(raw.bytes) };
      else if (proved) goOn(proved, raw);
      else strays.push(strayLine(raw, line));
      const [candidate, next] = strays.slice(-2);
      if (candidate?.says && next?.says && follows(next.says, candidate.says.seq, candidate.hash)) {
        breaks.push({ before: end, strays: strays.slice(0, -2), after: candidate });
        if (wanted.has(candidate.says.seq)) hashes.set(candidate.says.seq, candidate.hash);
        goOn({ seq: next.says.seq, hash: next.hash }, raw);
        strays = [];
      }
    }
  }
  if (strays.length > 0) breaks.push({ before: end, strays, after: undefined });
  return { breaks, end, torn, hashes };
}

/** What a line is about: `unit 17, attempt run1/station1/slot3/1 (attempt)`; empty when nothing of it can be read. */
export function aboutOf(bytes: Buffer): string {
  const text = bytes.toString('utf8', 0, Math.min(bytes.length, 2000));
  const found = (key: string) => new RegExp(`"${key}":"?([^",}]+)`).exec(text)?.[1];
  const unit = found('unit');
  const attempt = found('attemptId');
  const words = [
    ...(unit !== undefined && /^\d+$/.test(unit) ? [`unit ${unit}`] : []),
    ...(attempt === undefined ? [] : [`attempt ${attempt}`]),
  ].join(', ');
  const type = /","type":"([a-z-]+)"/.exec(text)?.[1];
  if (words === '') return type ?? '';
  return type === undefined ? words : `${words} (${type})`;
}

function tryToProve(path: string, raw: RawLine, head: ChainHead): ChainHead | 'torn' | undefined {
  try {
    return proveLine(path, raw, head) ?? 'torn';
  } catch (thrown) {
    if (thrown instanceof RigError) return undefined;
    throw thrown;
  }
}

function strayLine({ bytes, ended }: RawLine, line: number): StrayLine {
  return { line, says: ended ? placeOf(bytes) : undefined, hash: hashLine(bytes), about: aboutOf(bytes) };
}

function placeOf(bytes: Buffer): StrayLine['says'] {
  try {
    const { seq, prev } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    return typeof seq === 'number' && typeof prev === 'string' ? { seq, prev } : undefined;
  } catch {
    return undefined;
  }
}

function follows(says: { seq: number; prev: string }, seq: number, hash: string): boolean {
  return says.seq === seq + 1 && says.prev === hash;
}

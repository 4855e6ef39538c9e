import { createReadStream } from 'node:fs';
import { RigError } from '../core/errors.js';
import { emptyChain, hashLine, type ChainHead, type JournalEntry } from './journal-entries.js';

/** What stands after the last good line: the rest of a write that was cut short. */
export interface TornTail {
  /** Where it begins, in bytes from the start of the file. */
  offset: number;
  bytes: Buffer;
}

export interface ReadJournalOptions {
  /** Called once, at the end, when the file ends in a torn line; the line itself is not yielded. */
  onTorn?: (tail: TornTail) => void;
  /** Called after each good line with the state of the chain. */
  onLine?: (head: ChainHead) => void;
}

/**
 * Reads a journal line by line and proves its chain. A last line that was cut short (no line feed, or not JSON) ends the
 * journal before it. Throws JOURNAL_CORRUPT, naming the line, where the chain breaks anywhere else; the entries before it are
 * proved and have been yielded. The chain cannot tell when whole lines are missing at the end, or when the last line was
 * changed into other valid JSON: the head that the JSON report quotes shows that.
 */
export async function* readJournal(
  path: string,
  options: ReadJournalOptions = {},
): AsyncGenerator<JournalEntry> {
  let head = emptyChain;
  let offset = 0;
  let suspect: TornTail | undefined;
  for await (const { bytes, ended } of linesOf(path)) {
    if (suspect !== undefined) throw corrupt(path, head.seq + 1, 'it is not JSON');
    const parsed = ended ? parse(bytes) : undefined;
    if (parsed === undefined) {
      suspect = { offset, bytes: ended ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes };
      continue;
    }
    const entry = checked(path, parsed, head);
    head = { seq: entry.seq, hash: hashLine(bytes) };
    offset += bytes.length + 1;
    options.onLine?.(head);
    yield entry;
  }
  if (suspect !== undefined) options.onTorn?.(suspect);
}

/** The file's lines as bytes without line feed; `ended` is false for a rest without one. */
async function* linesOf(path: string): AsyncGenerator<{ bytes: Buffer; ended: boolean }> {
  const pending: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      pending.push(chunk.subarray(start, end));
      yield {
        bytes: pending.length === 1 ? chunk.subarray(start, end) : Buffer.concat(pending),
        ended: true,
      };
      pending.length = 0;
      start = end + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) yield { bytes: Buffer.concat(pending), ended: false };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function checked(path: string, parsed: unknown, head: ChainHead): JournalEntry {
  const seq = head.seq + 1;
  if (!isEntry(parsed)) throw corrupt(path, seq, 'it is not a journal line');
  if (parsed.seq !== seq) throw corrupt(path, seq, `it carries the number ${parsed.seq}`);
  if (parsed.prev !== head.hash) {
    const before = seq === 1 ? 'nothing before it' : `line ${seq - 1} as it stands`;
    throw corrupt(path, seq, `it does not follow ${before}: one of the two was changed`);
  }
  return parsed;
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, prev, at, type, data } = value as Record<string, unknown>;
  const texts = [prev, at, type].every((text) => typeof text === 'string');
  return texts && typeof seq === 'number' && typeof data === 'object' && data !== null;
}

function corrupt(path: string, line: number, why: string): RigError {
  return new RigError('JOURNAL_CORRUPT', `${path}:${line}: ${why}; nothing was cut`, {
    details: { path, line },
  });
}

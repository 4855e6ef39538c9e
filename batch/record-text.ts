import type { AttemptRecord } from '../core/record.js';
import type { StoredRecord } from '../reports/units.js';
import type { JournalEntry } from './journal-entries.js';
import { entryOf, type ProvedLine } from './journal-reader.js';

type Line = Pick<ProvedLine, 'seq' | 'bytes'>;

const steps = Buffer.from('"steps":[{');
const measurements = Buffer.from('"measurements":[{');
const endOfArray = Buffer.from('}],"');

/** The record in a line without its steps and measurements, which are most of it. Throws JOURNAL_CORRUPT. */
export function recordWithoutLists(path: string, line: Line): AttemptRecord {
  return cutOut(line.bytes, [steps, measurements])?.record ?? recordOf(path, line);
}

/** The record in a line, with its measurements as the text that they are there. Throws JOURNAL_CORRUPT. */
export function storedRecord(path: string, line: Line): StoredRecord {
  const cut = cutOut(line.bytes, [measurements]);
  const [text] = cut?.texts ?? [];
  if (cut && text !== undefined) return { ...cut.record, measurementsText: text };
  return withText(recordOf(path, line));
}

/** A record that has no line. */
export function withText(record: AttemptRecord): StoredRecord {
  return { ...record, measurementsText: JSON.stringify(record.measurements) };
}

function recordOf(path: string, line: Line): AttemptRecord {
  return entryOf<'attempt'>(path, line).data;
}

/**
 * The record with the arrays behind these keys cut out, and their texts. That the rest is JSON, with an empty array in the place of each, proves that each was cut
 * where it begins and ends: an end that was taken for one within a string leaves an odd quote, a wrong bracket leaves one open. Undefined otherwise, or when
 * one of them is not there.
 */
function cutOut(
  bytes: Buffer,
  keys: readonly Buffer[],
): { record: AttemptRecord; texts: string[] } | undefined {
  const texts: string[] = [];
  let rest = '';
  let from = 0;
  for (const key of keys) {
    const keyAt = bytes.indexOf(key, from);
    const start = keyAt + key.length - 2;
    const end = keyAt === -1 ? -1 : bytes.indexOf(endOfArray, start);
    if (end === -1) return undefined;
    rest += `${bytes.toString('utf8', from, start)}[]`;
    texts.push(bytes.toString('utf8', start, end + 2));
    from = end + 2;
  }
  try {
    const { data } = JSON.parse(rest + bytes.toString('utf8', from)) as Extract<
      JournalEntry,
      { type: 'attempt' }
    >;
    // Within a self-test there are measurements of its own.
    return data.selftest === undefined ? { record: data, texts } : undefined;
  } catch {
    return undefined;
  }
}

import type { AttemptRecord } from '../../core/record.js';
import type { StoredRecord } from '../../reports/units.js';
import type { JournalEntry } from '../journal/journal-entries.js';
import { entryOf, type ProvedLine } from '../journal/journal-reader.js';

type Line = Pick<ProvedLine, 'seq' | 'bytes'>;

const steps = Buffer.from('"steps":[{');
const measurements = Buffer.from('"measurements":[{');
const endOfArray = Buffer.from('}],"');

/** The record in a line without its steps and measurements, which are most of it. Throws JOURNAL_CORRUPT. */
export function recordWithoutLists(path: string, line: Line): AttemptRecord {
  const { bytes } = line;
  const ofSteps = spanOf(bytes, steps, 0);
  const ofMeasurements = ofSteps && spanOf(bytes, measurements, ofSteps.end);
  if (ofSteps === undefined || ofMeasurements === undefined) return recordOf(path, line);
  const between = bytes.toString('utf8', ofSteps.end, ofMeasurements.start);
  const rest = `${bytes.toString('utf8', 0, ofSteps.start)}[]${between}[]${bytes.toString('utf8', ofMeasurements.end)}`;
  return recordIn(rest) ?? recordOf(path, line);
}

/** The record in a line, with its measurements as the text that they are there. Throws JOURNAL_CORRUPT. */
export function storedRecord(path: string, line: Line): StoredRecord {
  const { bytes } = line;
  const span = spanOf(bytes, measurements, 0);
  if (span === undefined) return withText(recordOf(path, line));
  const record = recordIn(`${bytes.toString('utf8', 0, span.start)}[]${bytes.toString('utf8', span.end)}`);
  if (record === undefined) return withText(recordOf(path, line));
  return Object.assign(record, { measurementsText: bytes.toString('utf8', span.start, span.end) });
}

/** A record that has no line. */
export function withText(record: AttemptRecord): StoredRecord {
  return { ...record, measurementsText: JSON.stringify(record.measurements) };
}

function recordOf(path: string, line: Line): AttemptRecord {
  return entryOf<'attempt'>(path, line).data;
}

/** Where the array behind this key seems to begin and to end. */
function spanOf(bytes: Buffer, key: Buffer, from: number): { start: number; end: number } | undefined {
  const keyAt = bytes.indexOf(key, from);
  if (keyAt === -1) return undefined;
  const start = keyAt + key.length - '[{'.length;
  const end = bytes.indexOf(endOfArray, start);
  return end === -1 ? undefined : { start, end: end + '}]'.length };
}

/**
 * The record in a line that had arrays cut out. That the rest is JSON, with an empty array in the place of each, proves that each was cut where it begins and
 * ends: an end that was taken for one within a string leaves an odd quote, a wrong bracket leaves one open.
 */
function recordIn(rest: string): AttemptRecord | undefined {
  try {
    const { data } = JSON.parse(rest) as Extract<JournalEntry, { type: 'attempt' }>;
    // Within a self-test there are measurements of its own.
    return data.selftest === undefined ? data : undefined;
  } catch {
    return undefined;
  }
}

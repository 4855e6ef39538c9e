import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { unitId, type AttemptRecord, type DeviceIdentity } from '../../core/record.js';
import type { AttemptFacts, StoredRecord } from '../../reports/units.js';
import { storedRecord, withText } from './record-text.js';
import { isVerdict } from '../units/unit-result.js';

/** What is kept of an attempt while the reports of a journal are made. */
export interface JournalAttempt extends AttemptFacts {
  /** Number of its line in the journal; 0 when it has none, since its run died. */
  seq: number;
  /** Where the line stands, in bytes from the start of the file. */
  offset: number;
  length: number;
  /** Of an attempt without a line. */
  record?: AttemptRecord;
}

type LineAt = Pick<JournalAttempt, 'seq' | 'offset' | 'length'>;

/** The records of a journal that was proved, read where they stand. */
export interface JournalRecords {
  /** Reads the lines of these attempts, for `read`. */
  load(attempts: readonly JournalAttempt[]): void;
  /** The record of an attempt that was loaded last. Throws JOURNAL_CORRUPT when there is none there any more. */
  read(attempt: JournalAttempt): StoredRecord;
  /** May be called twice. */
  close(): Promise<void>;
}

/** Lines that stand this near to each other are read at once, with what is between them. */
const nearBytes = 16 * 1024;
const mostAtOnceBytes = 4 << 20;

export async function openRecords(path: string): Promise<JournalRecords> {
  const file = await open(path, 'r');
  /** Where each line stands in the buffer, by its number. */
  const loaded = new Map<number, number>();
  let buffer = Buffer.alloc(0);
  let closing: Promise<void> | undefined;

  return {
    load(attempts) {
      const lines = attempts.filter(({ record }) => record === undefined);
      const spans = spansOf(lines);
      const sizeBytes = spans.reduce((sum, { length }) => sum + length, 0);
      if (sizeBytes > buffer.length) buffer = Buffer.allocUnsafeSlow(2 * sizeBytes);
      loaded.clear();
      let filled = 0;
      for (const span of spans) {
        // At a station's slots in turn, to wait for each of 100,000 small reads would take many times as long as they do.
        readSync(file.fd, buffer, filled, span.length, span.offset);
        for (const { seq, offset } of span.lines) loaded.set(seq, filled + offset - span.offset);
        filled += span.length;
      }
    },
    read({ seq, length, record }) {
      if (record) return withText(record);
      const start = loaded.get(seq) ?? buffer.length;
      return storedRecord(path, { seq, bytes: buffer.subarray(start, start + length) });
    },
    close: () => (closing ??= file.close()),
  };
}

interface Span {
  offset: number;
  length: number;
  lines: LineAt[];
}

function spansOf(lines: readonly LineAt[]): Span[] {
  const spans: Span[] = [];
  for (const line of lines.toSorted((one, two) => one.offset - two.offset)) {
    const last = spans.at(-1);
    const end = line.offset + line.length;
    const isNear = last !== undefined && line.offset - last.offset - last.length < nearBytes;
    if (isNear && end - last.offset < mostAtOnceBytes) {
      last.length = end - last.offset;
      last.lines.push(line);
    } else spans.push({ offset: line.offset, length: line.length, lines: [line] });
  }
  return spans;
}

/** Makes the facts of records: what is counted of each, without anything else of it that would stay in memory. */
export function factsMaker(): (record: AttemptRecord, line: LineAt) => JournalAttempt {
  const known = new Map<string, string>();
  const failures = new Map<string, NonNullable<AttemptFacts['failure']>>();
  /** The same text for all attempts at a slot, say, and not one for each of them. */
  const shared = (text: string) => {
    const same = known.get(text);
    if (same === undefined) known.set(text, text);
    return same ?? text;
  };
  const failureOf = ({ code, category }: NonNullable<AttemptRecord['failure']>) => {
    const same = failures.get(code) ?? { code, category };
    failures.set(code, same);
    return same;
  };
  const doubtfulUnits = new Set<number | undefined>();
  const doubtfulBoards = new Set<string | undefined>();
  const isDoubtful = ({ unit, flashState }: AttemptRecord, device: DeviceIdentity) => {
    const isNow = flashState === 'unproved';
    if (isNow) doubtfulUnits.add(unit);
    if (isNow) doubtfulBoards.add(unitId(device));
    return isNow || doubtfulUnits.has(unit) || doubtfulBoards.has(unitId(device));
  };
  return (record, { seq, offset, length }) => {
    const { unit, serial, wave, failure, device, flash, flashState, notOff } = record;
    const facts: JournalAttempt = {
      station: shared(record.station),
      slot: shared(record.slot),
      programme: shared(record.programme),
      outcome: record.outcome,
      proof: record.proof,
      isVerdict: isVerdict(record),
      seq,
      offset,
      length,
    };
    if (unit !== undefined) facts.unit = unit;
    else facts.startedAt = record.startedAt;
    if (serial !== undefined) facts.serial = serial;
    if (wave !== undefined) facts.wave = wave;
    // A unit of a batch that has a serial number is known by that, whatever board it shows, unless there is doubt about one of its boards.
    const isInDoubt = device !== undefined && isDoubtful(record, device);
    if (device && (unit === undefined || serial === undefined || isInDoubt)) facts.device = idOf(device);
    if (flash) facts.flash = { seconds: flash.seconds, sizeBytes: flash.sizeBytes };
    if (flashState) facts.flashState = flashState;
    if (failure) facts.failure = failureOf(failure);
    if (notOff !== undefined) facts.notOff = notOff;
    return facts;
  };
}

function idOf({ mac, uid }: DeviceIdentity): Pick<DeviceIdentity, 'mac' | 'uid'> {
  if (mac !== undefined) return { mac };
  return uid === undefined ? {} : { uid };
}

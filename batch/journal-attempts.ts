import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { AttemptRecord, DeviceIdentity } from '../core/record.js';
import type { AttemptFacts } from '../reports/units.js';
import { entryOf } from './journal-reader.js';
import { isVerdict } from './units/unit-result.js';

/** What is kept of an attempt while the reports of a journal are made. */
export interface JournalAttempt extends AttemptFacts {
  /** Where its line stands in the journal; its record itself when it has no line, since its run died. */
  at: { seq: number; offset: number; length: number } | AttemptRecord;
}

/** The records of a journal that was proved, read one by one where they stand. */
export interface JournalRecords {
  /** Throws JOURNAL_CORRUPT when there is no record there any more. */
  read(attempt: JournalAttempt): AttemptRecord;
  /** May be called twice. */
  close(): Promise<void>;
}

const firstBufferBytes = 64 * 1024;

export async function openRecords(path: string): Promise<JournalRecords> {
  const file = await open(path, 'r');
  let buffer = Buffer.allocUnsafeSlow(firstBufferBytes);
  let closing: Promise<void> | undefined;
  return {
    read({ at }) {
      if (!('offset' in at)) return at;
      const { seq, offset, length } = at;
      if (length > buffer.length) buffer = Buffer.allocUnsafeSlow(2 * length);
      // Synchronously, since waiting for each of 100,000 small reads would take many times as long as they do.
      const bytesRead = readSync(file.fd, buffer, 0, length, offset);
      return entryOf<'attempt'>(path, { seq, bytes: buffer.subarray(0, bytesRead) }).data;
    },
    close: () => (closing ??= file.close()),
  };
}

/** What is counted of a record, without anything else of it that would stay in memory. */
export function attemptFacts(record: AttemptRecord): AttemptFacts {
  const { unit, serial, wave, failure, device, flash, flashState, notOff } = record;
  return {
    station: record.station,
    slot: record.slot,
    programme: record.programme,
    startedAt: record.startedAt,
    outcome: record.outcome,
    proof: record.proof,
    isVerdict: isVerdict(record),
    ...(unit !== undefined && { unit }),
    ...(serial !== undefined && { serial }),
    ...(wave !== undefined && { wave }),
    ...(failure && { failure: { code: failure.code, category: failure.category } }),
    ...(device && { device: idOf(device) }),
    ...(flash && { flash: { seconds: flash.seconds, sizeBytes: flash.sizeBytes } }),
    ...(flashState && { flashState }),
    ...(notOff !== undefined && { notOff }),
  };
}

function idOf({ mac, uid }: DeviceIdentity): Pick<DeviceIdentity, 'mac' | 'uid'> {
  return { ...(mac !== undefined && { mac }), ...(uid !== undefined && { uid }) };
}

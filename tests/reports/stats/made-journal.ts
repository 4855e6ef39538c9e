import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import {
  emptyChain,
  hashLine,
  type JournalData,
  type JournalType,
} from '../../../batch/journal/journal-entries.js';
import { journalName } from '../../../batch/projections/run-data.js';
import type { AttemptRecord } from '../../../core/record.js';
import { attemptStart, runHeader } from '../records.js';

/** Writes the journal of a results folder with these attempts, each begun and recorded; no fsync, so that 100,000 take seconds. */
export async function writeJournal(folder: string, records: Iterable<AttemptRecord>): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, journalName);
  const file = createWriteStream(path);
  let head = emptyChain;
  const append = async <Type extends JournalType>(type: Type, at: string, data: JournalData[Type]) => {
    const line = JSON.stringify({ seq: head.seq + 1, prev: head.hash, at, type, data });
    head = { seq: head.seq + 1, hash: hashLine(line) };
    if (!file.write(`${line}\n`)) await once(file, 'drain');
  };
  let isFirst = true;
  for (const record of records) {
    const { runId, batch, startedAt, endedAt } = record;
    if (isFirst) await append('run', startedAt, runHeader({ runId, batch, startedAt }));
    isFirst = false;
    await append('attempt-start', startedAt, attemptStart(headerOf(record)));
    await append('attempt', endedAt, record);
  }
  file.end();
  await once(file, 'close');
  return path;
}

function headerOf({ attemptId, runId, batch, station, slot, attempt, startedAt }: AttemptRecord) {
  return { attemptId, runId, batch, station, slot, attempt, startedAt };
}

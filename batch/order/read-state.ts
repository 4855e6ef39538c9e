import { join } from 'node:path';
import { hasErrno } from '../../core/files.js';
import { readJournal } from '../journal/journal-reader.js';
import { journalName } from '../projections/run-data.js';
import { emptyState, noteEntry, type BatchState } from '../units/batch-state.js';

/** What the journal of a batch says; nothing when there is none yet. Throws JOURNAL_CORRUPT. */
export async function readBatchState(folder: string): Promise<BatchState> {
  const state = emptyState();
  try {
    for await (const entry of readJournal(join(folder, journalName))) noteEntry(state, entry);
  } catch (thrown) {
    if (!hasErrno(thrown, 'ENOENT')) throw thrown;
  }
  return state;
}

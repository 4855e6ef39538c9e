import type { JournalEntry } from '../journal-entries.js';
import type { Journal } from '../journal.js';
import { noteEntry, type BatchState } from './batch-state.js';

/** The journal of a run, with what is on disk noted in the state of its batch, where it goes on with one. */
export function noting(journal: Journal, state: BatchState | undefined): Journal {
  if (state === undefined) return journal;
  return {
    ...journal,
    async append(type, data) {
      const written = await journal.append(type, data);
      noteEntry(state, { ...written, prev: '', at: new Date().toISOString(), type, data } as JournalEntry);
      return written;
    },
  };
}

import type { JournalEntry } from './journal-entries.js';
import type { Journal } from './journal.js';

/** The journal with somebody who hears of each line once it is on disk. */
export function heard(journal: Journal, listener: (entry: JournalEntry) => void): Journal {
  return {
    ...journal,
    async append(type, data) {
      const written = await journal.append(type, data);
      listener({ ...written, prev: '', at: new Date().toISOString(), type, data } as JournalEntry);
      return written;
    },
  };
}

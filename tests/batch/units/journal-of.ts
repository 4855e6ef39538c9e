import { emptyState, noteEntry, type BatchState } from '../../../batch/units/batch-state.js';
import type { JournalData, JournalEntry } from '../../../batch/journal/journal-entries.js';

/** Type and data of a line. */
export type Line = { [Type in keyof JournalData]: readonly [Type, JournalData[Type]] }[keyof JournalData];

/** What a journal of these lines says of its batch. */
export function stateOf(...lines: readonly Line[]): BatchState {
  const state = emptyState();
  for (const [type, data] of lines)
    noteEntry(state, { seq: 1, prev: '', at: '2026-01-01T00:00:00.000Z', type, data } as JournalEntry);
  return state;
}

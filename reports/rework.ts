import { unitFlashText } from './flash-text.js';
import { oneLine, remedyFor } from './text.js';
import type { AttemptFacts, StoredRecord, Unit } from './units.js';

/** The columns of `rework.csv`. */
export const reworkColumns = [
  'Unit',
  'Station',
  'Slot',
  'Outcome',
  'Code',
  'Blame',
  'Step',
  'Message',
  'Remedy',
  'Attempts',
  'ConsoleLog',
  'Flash',
] as const;

/** The units that somebody has to act on: the board is bad (`fail`) or its station is (`error`). */
export function unitsForRework<Attempt extends AttemptFacts>(
  units: readonly Unit<Attempt>[],
): Unit<Attempt>[] {
  return units.filter(({ outcome }) => outcome === 'fail' || outcome === 'error');
}

/** One of them in `rework.csv`: what happened to it, and what to do. The message is that of its failure unless told. */
export function reworkRow(unit: Unit<StoredRecord>, message = unit.last.failure?.message ?? ''): string[] {
  const { name, station, slot, last, attempts } = unit;
  const { code = '', blame = '', step = '' } = last.failure ?? {};
  const happened = [last.outcome, code, blame, step, oneLine(message), remedyFor(code)];
  const rest = [String(attempts.length), last.consoleLog ?? '', unitFlashText(attempts)];
  return [name, station, slot, ...happened, ...rest];
}

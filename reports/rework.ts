import { csv } from './batch-results.js';
import { unitFlashText } from './flash-text.js';
import { oneLine, remedyFor } from './text.js';
import type { Unit } from './units.js';

const columns = [
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
export function unitsForRework(units: readonly Unit[]): Unit[] {
  return units.filter(({ last }) => last.outcome === 'fail' || last.outcome === 'error');
}

/** `rework.csv`: what happened to each of them, and what to do. */
export function reworkCsv(units: readonly Unit[]): string {
  const rows = unitsForRework(units).map(({ name, station, slot, last, attempts }) => {
    const { code = '', blame = '', step = '', message = '' } = last.failure ?? {};
    const happened = [last.outcome, code, blame, step, oneLine(message), remedyFor(code)];
    return [
      name,
      station,
      slot,
      ...happened,
      String(attempts.length),
      last.consoleLog ?? '',
      unitFlashText(attempts),
    ];
  });
  return csv(columns, rows);
}

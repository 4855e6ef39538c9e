import type { Outcome } from '../core/outcome.js';
import type { AttemptFacts, Unit } from './units.js';

/** Units by outcome; the counts add up to the total. Rates are in %, of all units that were begun, with two decimals. */
export interface Tally {
  total_count: number;
  success_count: number;
  /** The board is bad. */
  failure_count: number;
  /** The rig is bad. */
  error_count: number;
  aborted_count: number;
  skipped_count: number;
  success_rate: number;
  /** Share of the units that passed at their first attempt. */
  first_pass_yield: number;
}

export function tally(units: readonly Unit<AttemptFacts>[]): Tally {
  const counts: Record<Outcome, number> = { pass: 0, fail: 0, error: 0, aborted: 0, skipped: 0 };
  let firstPass = 0;
  for (const { outcome, first } of units) {
    counts[outcome] += 1;
    if (first.outcome === 'pass') firstPass += 1;
  }
  return {
    total_count: units.length,
    success_count: counts.pass,
    failure_count: counts.fail,
    error_count: counts.error,
    aborted_count: counts.aborted,
    skipped_count: counts.skipped,
    success_rate: percent(counts.pass, units.length),
    first_pass_yield: percent(firstPass, units.length),
  };
}

/** Units that are good now, by the attempt that they passed on, from 1. */
export function passedOnAttempt(units: readonly Unit<AttemptFacts>[]): Record<string, number> {
  const counts = new Map<number, number>();
  for (const unit of units) {
    const attempt = passingAttempt(unit);
    if (attempt !== undefined) counts.set(attempt, (counts.get(attempt) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([one], [two]) => one - two));
}

/** Number of the attempt that a unit passed on; undefined when it is not good. To give it back what it held is no try at it. */
export function passingAttempt({ outcome, attempts, last }: Unit<AttemptFacts>): number | undefined {
  if (outcome !== 'pass') return undefined;
  return attempts.filter(({ proof }) => proof !== 'backup' || last.proof === 'backup').length;
}

/** How often each value occurs, most frequent first. */
export function frequencies(values: Iterable<string>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)));
}

/** The values under each key, in the order in which the keys came. */
export function groupedBy<Value, Key>(
  values: Iterable<Value>,
  keyOf: (value: Value) => Key,
): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

/** Rounds for a report: `12.345678` → `12.346`. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded((100 * part) / whole, 2);
}

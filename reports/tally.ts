import type { Outcome } from '../core/outcome.js';
import type { Unit } from './units.js';

/** Units by outcome; the counts add up to the total. Rates are in %, of all units, with two decimals. */
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

export function tally(units: readonly Unit[]): Tally {
  const count = (outcome: Outcome) => units.filter(({ last }) => last.outcome === outcome).length;
  const firstPass = units.filter(({ first }) => first.outcome === 'pass').length;
  return {
    total_count: units.length,
    success_count: count('pass'),
    failure_count: count('fail'),
    error_count: count('error'),
    aborted_count: count('aborted'),
    skipped_count: count('skipped'),
    success_rate: percent(count('pass'), units.length),
    first_pass_yield: percent(firstPass, units.length),
  };
}

/** How often each value occurs, most frequent first. */
export function frequencies(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)));
}

/** Rounds for a report: `12.345678` → `12.346`. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded((100 * part) / whole, 2);
}

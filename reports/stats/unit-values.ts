import type { ValueGroup } from './collector.js';
import type { Selection, StatUnit } from './selection.js';

/** Values of units that count, in the order in which they were taken. */
export interface UnitValues {
  group: ValueGroup;
  /** NaN where it is no number. */
  values: Float64Array;
  /** For each value, the index of its slot in `places`. */
  slots: Uint32Array;
  /** `station/slot` */
  places: string[];
  /** Values outside of the limits. */
  outside: number;
}

/**
 * One value a unit: that of its first attempt that was not an error of the rig, since a retest is no new board and a rig that failed may have measured
 * wrongly.
 */
export function valuesOf(group: ValueGroup, { attempts, unitOfAttempt }: Selection): UnitValues {
  const [ofAttempt, all, passed] = [group.attempt.view(), group.value.view(), group.passed.view()];
  const [values, slots] = [new Float64Array(all.length), new Uint32Array(all.length)];
  const numbers = new Map<string, number>();
  const seen = new Set<StatUnit>();
  let [n, outside] = [0, 0];
  for (const [row, index] of ofAttempt.entries()) {
    const unit = unitOfAttempt[index];
    const attempt = attempts[index];
    if (unit === undefined || attempt === undefined || attempt.outcome === 'error' || seen.has(unit))
      continue;
    seen.add(unit);
    const slot = numbers.get(attempt.place) ?? numbers.size;
    numbers.set(attempt.place, slot);
    values[n] = all[row] ?? Number.NaN;
    slots[n] = slot;
    n += 1;
    if (passed[row] !== 1) outside += 1;
  }
  const places = [...numbers.keys()];
  return { group, values: values.subarray(0, n), slots: slots.subarray(0, n), places, outside };
}

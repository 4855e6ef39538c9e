import type { Gate } from '../../rigs/batch/types.js';
import type { UnitResult } from './unit-result.js';

/** Holds back the units after the first articles of a batch until each of those has its result: what is wrong with all is to show at few. */
export interface FirstArticles {
  mayBegin(unit: number): boolean;
  begin(unit: number): void;
  /** Another unit takes the turn of one that has begun. */
  exchange(unit: number, other: number): void;
  judged(unit: number): void;
  /** It will have no turn in this run. */
  drop(unit: number): void;
}

/** A gate that only warns holds back nothing. `earlier` are the results of runs before this one. */
export function createFirstArticles(
  gates: readonly Gate[],
  earlier: readonly Pick<UnitResult, 'unit'>[],
): FirstArticles {
  const count = Math.max(
    0,
    ...gates.flatMap((gate) => (gate.kind === 'firstArticle' && gate.then !== 'warn' ? [gate.count] : [])),
  );
  const judged = new Set(earlier.map(({ unit }) => unit));
  const begun = new Set(judged);
  return {
    mayBegin: (unit) => judged.size >= count || begun.size < count || begun.has(unit),
    begin: (unit) => void begun.add(unit),
    exchange(unit, other) {
      if (!judged.has(unit)) begun.delete(unit);
      begun.add(other);
    },
    judged: (unit) => void judged.add(unit),
    drop(unit) {
      if (!judged.has(unit)) begun.delete(unit);
    },
  };
}

import type { BatchUnit } from '../../rigs/batch/types.js';

/** The units that are to have a turn in a run. */
export interface ToDo {
  has(unit: number): boolean;
  isEmpty(): boolean;
  /** Those that come again first, then that of the number, then the others in the order of their numbers. */
  inOrder(first: number): Generator<BatchUnit>;
  /** Takes the unit off the list; undefined when it is not on it. */
  take(unit: number): BatchUnit | undefined;
  /** The unit is to have another turn, before all others. */
  add(unit: number): void;
  /** It will have no turn in this run. */
  drop(unit: number): void;
}

export function createToDo(units: readonly BatchUnit[], pending: readonly number[]): ToDo {
  const all = new Map(units.map((unit) => [unit.number, unit]));
  const open = new Set(pending);
  const again = new Set<number>();
  const unitOf = (number: number): BatchUnit => {
    const unit = all.get(number);
    if (unit === undefined) throw new Error(`the batch has no unit ${number}`);
    return unit;
  };
  const remove = (unit: number) => {
    const wasAgain = again.delete(unit);
    return open.delete(unit) || wasAgain;
  };
  return {
    has: (unit) => open.has(unit) || again.has(unit),
    isEmpty: () => open.size === 0 && again.size === 0,
    *inOrder(first) {
      // What is dropped on the way is not come across again.
      for (const unit of again) yield unitOf(unit);
      if (open.has(first)) yield unitOf(first);
      for (const unit of open) if (unit !== first) yield unitOf(unit);
    },
    take: (unit) => (remove(unit) ? unitOf(unit) : undefined),
    add: (unit) => void again.add(unit),
    drop: (unit) => void remove(unit),
  };
}

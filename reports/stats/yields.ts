import type { StepColumns } from './collector.js';
import { share, type Share } from './interval.js';
import type { Selection, StatUnit } from './selection.js';

/** Units that were tried again. */
export interface Retests {
  /** Of all units. */
  rate: Share;
  /** Units by the attempt at which they first passed. */
  passedOn: { attempt: number; units: number }[];
}

/** How often a step passes at the first attempt at a unit, among the units that got to it. */
export interface StepYield extends Share {
  /** Empty for what went wrong outside of all steps. */
  step: string;
}

export interface Yields {
  units: number;
  passed: number;
  /** The board is bad, by the last attempt. */
  failed: number;
  /** The station is bad, by the last attempt. */
  errors: number;
  /** Passed at the first attempt. */
  firstPass: Share;
  /** Passed at the last one. */
  final: Share;
  retests: Retests;
  steps: StepYield[];
  /** Rolled throughput yield: the product of the yields of the steps; null when there are no units. */
  rolled: number | null;
}

export function yieldsOf(selection: Selection, stepColumns: StepColumns): Yields {
  const { units } = selection;
  const ended = (outcome: string) => units.filter(({ last }) => last.outcome === outcome).length;
  const firstPassed = units.filter(({ first }) => first.outcome === 'pass').length;
  const steps = stepYields(selection, stepColumns);
  return {
    units: units.length,
    passed: ended('pass'),
    failed: ended('fail'),
    errors: ended('error'),
    firstPass: share(firstPassed, units.length),
    final: share(ended('pass'), units.length),
    retests: retestsOf(units),
    steps,
    rolled: units.length === 0 ? null : steps.reduce((product, { value }) => product * (value ?? 1), 1),
  };
}

function retestsOf(units: readonly StatUnit[]): Retests {
  const counts = new Map<number, number>();
  for (const { attempts } of units) {
    const attempt = attempts.findIndex(({ outcome }) => outcome === 'pass') + 1;
    if (attempt > 0) counts.set(attempt, (counts.get(attempt) ?? 0) + 1);
  }
  const passedOn = [...counts].sort(([a], [b]) => a - b).map(([attempt, n]) => ({ attempt, units: n }));
  return { rate: share(units.filter(({ attempts }) => attempts.length > 1).length, units.length), passedOn };
}

function stepYields({ units, attempts, unitOfAttempt }: Selection, columns: StepColumns): StepYield[] {
  const [ofAttempt, ofStep, passed] = [columns.attempt.view(), columns.step.view(), columns.passed.view()];
  const entered = columns.names.map(() => 0);
  const good = columns.names.map(() => 0);
  const explained = new Set<StatUnit>();
  for (const [row, attempt] of ofAttempt.entries()) {
    const unit = unitOfAttempt[attempt];
    if (unit === undefined || unit.first !== attempts[attempt]) continue;
    const step = ofStep[row] ?? 0;
    entered[step] = (entered[step] ?? 0) + 1;
    if (passed[row] === 1) good[step] = (good[step] ?? 0) + 1;
    else explained.add(unit);
  }
  const outside = units.filter((unit) => unit.first.outcome !== 'pass' && !explained.has(unit)).length;
  return [
    ...columns.names.map((step, index) => ({ step, ...share(good[index] ?? 0, entered[index] ?? 0) })),
    ...(outside > 0 ? [{ step: '', ...share(units.length - outside, units.length) }] : []),
  ].filter(({ n }) => n > 0);
}

import { share, type Share } from './interval.js';
import type { StatUnit } from './selection.js';

/** First-pass yield of the units that began in a stretch of time. */
export interface TrendPoint {
  /** ISO 8601, UTC. */
  from: string;
  firstPass: Share;
}

/** Yield over time, in stretches of equal length; those without a unit are left out. */
export interface Trend {
  /** Length of a stretch. */
  minutes: number;
  points: TrendPoint[];
}

const day = 24 * 60;
const lengths = [1, 5, 15, 60, 240, day, 7 * day, 28 * day, 91 * day, 364 * day];
const mostPoints = 48;
/** A point with fewer units than this has an interval that says nothing. */
const unitsPerPoint = 20;

export function trendOf(units: readonly StatUnit[]): Trend {
  let [from, to] = [Infinity, -Infinity];
  for (const { first } of units) {
    from = Math.min(from, first.startedMs);
    to = Math.max(to, first.startedMs);
  }
  const points = Math.min(mostPoints, Math.max(1, units.length / unitsPerPoint));
  const minutes = lengths.find((length) => (to - from) / 60_000 / length < points) ?? 3640 * day;
  const stretches = new Map<number, { n: number; passed: number }>();
  for (const { first } of units) {
    const index = Math.floor(first.startedMs / 60_000 / minutes);
    const stretch = stretches.get(index) ?? { n: 0, passed: 0 };
    stretches.set(index, stretch);
    stretch.n += 1;
    if (first.outcome === 'pass') stretch.passed += 1;
  }
  const inOrder = [...stretches]
    .sort(([a], [b]) => a - b)
    .map(([index, { n, passed }]) => ({
      from: new Date(index * minutes * 60_000).toISOString(),
      firstPass: share(passed, n),
    }));
  return { minutes, points: inOrder };
}

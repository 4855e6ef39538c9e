/**
 * The percentile by the definition of the NIST e-Handbook 7.2.6.2: rank p (n + 1), between two values by their distance, at the ends the
 * outermost value. `sorted` ascends and holds at least one value; `p` is 0 … 1.
 */
export function percentile(sorted: Float64Array, p: number): number {
  const rank = p * (sorted.length + 1);
  const below = Math.min(Math.max(Math.floor(rank), 1), sorted.length);
  const above = Math.min(below + 1, sorted.length);
  const [low = Number.NaN, high = Number.NaN] = [sorted[below - 1], sorted[above - 1]];
  return low + Math.min(1, Math.max(0, rank - below)) * (high - low);
}

/** What stands in every table of times and of measurements. */
export const shownPercentiles = [1, 5, 25, 50, 75, 95, 99] as const;

/** The shown percentiles, by `p1`, `p5`, …; `p50` is the median. */
export type Percentiles = Record<`p${(typeof shownPercentiles)[number]}`, number>;

export function percentilesOf(sorted: Float64Array): Percentiles {
  const entries = shownPercentiles.map((percent) => [`p${percent}`, percentile(sorted, percent / 100)]);
  return Object.fromEntries(entries) as Percentiles;
}

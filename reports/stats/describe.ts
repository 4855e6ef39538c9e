import { momentsOf, sampleSd } from './moments.js';
import { percentilesOf, type Percentiles } from './percentile.js';

/** What is said of any list of numbers. */
export interface Description {
  n: number;
  mean: number;
  /** Standard deviation of a sample (n - 1); null of one value. */
  sd: number | null;
  min: number;
  max: number;
  percentiles: Percentiles;
}

/** Null of no values. `values` is left as it is. */
export function describe(values: Float64Array): Description | null {
  return describeSorted(values.toSorted());
}

/** The same of values that ascend already. */
export function describeSorted(sorted: Float64Array): Description | null {
  const [min, max] = [sorted.at(0), sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const moments = momentsOf(sorted);
  // The mean of equal values is that value, whatever rounding says.
  const mean = min === max ? min : moments.mean;
  return { n: moments.n, mean, sd: sampleSd(moments) ?? null, min, max, percentiles: percentilesOf(sorted) };
}

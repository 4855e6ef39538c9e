import { normalQuantile } from './distributions.js';

/** Confidence of every interval of the statistics. */
export const confidence = 0.95;

/** Quantile of the standard normal distribution that leaves half of what is outside of the confidence above it. */
export const twoSidedZ = normalQuantile((1 + confidence) / 2);

/** A two-sided confidence interval. */
export interface Interval {
  low: number;
  high: number;
}

/** A share of `n`, with its interval; null of none. */
export interface Share {
  count: number;
  n: number;
  /** 0 … 1 */
  value: number | null;
  interval: Interval | null;
}

/** A share with its Wilson score interval (NIST e-Handbook 7.2.4.1). */
export function share(count: number, n: number): Share {
  if (n === 0) return { count, n, value: null, interval: null };
  return { count, n, value: count / n, interval: wilson(count, n) };
}

/** The Wilson score interval of `count` out of `n`, 0 … 1; `n` is at least 1. */
export function wilson(count: number, n: number): Interval {
  const p = count / n;
  const z2 = twoSidedZ * twoSidedZ;
  const centre = p + z2 / (2 * n);
  const half = twoSidedZ * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  // Exactly 0 and 1 at the ends, where rounding would leave 1e-17.
  const low = count === 0 ? 0 : (centre - half) / scale;
  const high = count === n ? 1 : (centre + half) / scale;
  return { low, high };
}

import { compiled, igami, incbet, lgam, ndtr, ndtri } from 'cephes';

await compiled;

/** Share of the standard normal distribution below `z`. */
export function normalBelow(z: number): number {
  return ndtr(z);
}

/** The z with the share `p` (0 < p < 1) of the standard normal distribution below it. */
export function normalQuantile(p: number): number {
  return ndtri(p);
}

/** The x with the share `p` of the chi-squared distribution below it; `df` is greater than 0 and need not be whole. */
export function chiSquaredQuantile(p: number, df: number): number {
  return 2 * igami(df / 2, 1 - p);
}

/** Probability of a value at least as far from 0 as `t` in Student's distribution; `df` need not be whole. */
export function studentTwoSided(t: number, df: number): number {
  if (!Number.isFinite(t)) return 0;
  return incbet(df / 2, 0.5, df / (df + t * t));
}

/** ln n! */
export function logFactorial(n: number): number {
  return lgam(n + 1);
}

import { normalBelow } from './distributions.js';

/** A test of the Anderson-Darling kind says little about fewer values. */
export const fewestForNormality = 8;

/** How far values are from a normal distribution with their own mean and standard deviation. */
export interface Normality {
  /** A² (NIST e-Handbook 1.3.5.14). */
  statistic: number;
  /** D'Agostino and Stephens (1986), table 4.9; below 0.005 the values are called not normal. */
  p: number;
}

/** Of at least 8 values that ascend and are not all the same. */
export function andersonDarling(sorted: Float64Array, mean: number, sd: number): Normality {
  const n = sorted.length;
  let sum = 0;
  for (let i = 0; i < n; i += 1) {
    const low = ((sorted[i] ?? Number.NaN) - mean) / sd;
    const high = ((sorted[n - 1 - i] ?? Number.NaN) - mean) / sd;
    sum += (2 * i + 1) * (logBelow(low) + logBelow(-high));
  }
  const statistic = -n - sum / n;
  return { statistic, p: significance(statistic * (1 + 0.75 / n + 2.25 / (n * n))) };
}

/** Far out the share is smaller than any number there is. */
function logBelow(z: number): number {
  return Math.log(Math.max(normalBelow(z), Number.MIN_VALUE));
}

function significance(adjusted: number): number {
  // The fitted curve turns upwards past this.
  const a = Math.min(adjusted, 10);
  if (a >= 0.6) return Math.exp(1.2937 - 5.709 * a + 0.0186 * a * a);
  if (a >= 0.34) return Math.exp(0.9177 - 4.279 * a - 1.38 * a * a);
  if (a >= 0.2) return 1 - Math.exp(-8.318 + 42.796 * a - 59.938 * a * a);
  return 1 - Math.exp(-13.436 + 101.14 * a - 223.73 * a * a);
}

import { chiSquaredQuantile } from './distributions.js';
import { confidence, twoSidedZ, type Interval } from './interval.js';

/** How a spread was estimated. */
export interface Spread {
  mean: number;
  /** Greater than 0. */
  sigma: number;
  /** Values behind the mean. */
  n: number;
  /** Degrees of freedom of sigma. */
  degrees: number;
}

export interface CapabilityIndex {
  value: number;
  interval: Interval;
}

/** The two indices of one estimate of the spread: Cp and Cpk of that within, Pp and Ppk of the overall one. */
export interface Capability {
  /** (max - min) / 6σ; null where one limit is missing. */
  spread: CapabilityIndex | null;
  /** The smaller distance of the mean from a limit / 3σ, of the one limit where there is one; null without limits. */
  centred: CapabilityIndex | null;
}

/** NIST e-Handbook 6.1.6; both limits are in the unit of the values. */
export function capability(spread: Spread, limits: { min?: number; max?: number }): Capability {
  const { min, max } = limits;
  const { mean, sigma } = spread;
  const sides = [
    ...(max === undefined ? [] : [(max - mean) / (3 * sigma)]),
    ...(min === undefined ? [] : [(mean - min) / (3 * sigma)]),
  ];
  const both = min !== undefined && max !== undefined;
  return {
    spread: both ? ofSpread((max - min) / (6 * sigma), spread) : null,
    centred: sides.length > 0 ? ofCentre(Math.min(...sides), spread) : null,
  };
}

/** σ² follows a chi-squared distribution, and so does 1 / Cp². */
function ofSpread(value: number, { degrees }: Spread): CapabilityIndex {
  const at = (p: number) => value * Math.sqrt(chiSquaredQuantile(p, degrees) / degrees);
  return { value, interval: { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) } };
}

/** Bissell's approximation (Applied Statistics 39, 1990), as the e-Handbook has it. */
function ofCentre(value: number, { n, degrees }: Spread): CapabilityIndex {
  const half = twoSidedZ * Math.sqrt(1 / (9 * n) + (value * value) / (2 * degrees));
  return { value, interval: { low: value - half, high: value + half } };
}

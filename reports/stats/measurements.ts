import type { Limits } from '../../core/measurement.js';
import { capability, type Capability } from './capability.js';
import { describeSorted, type Description } from './describe.js';
import { histogramOf, type Histogram } from './histogram.js';
import { share, type Share } from './interval.js';
import { movingRanges } from './moving-range.js';
import { andersonDarling, fewestForNormality, type Normality } from './normality.js';
import type { UnitValues } from './unit-values.js';

/** Below this many values an estimate of capability says little. */
export const fewestForCapability = 30;
/** A p of the Anderson-Darling test below this is said. */
const notNormalBelow = 0.005;
/** Fewer different values than this, of 30 or more: the resolution is coarse. */
const coarseBelow = 10;

/** One measurement of a board and release under one set of limits. */
export interface MeasurementStats {
  board: string;
  release: string;
  name: string;
  unit: string;
  limits: Limits | null;
  /** Units that it was taken of. */
  n: number;
  /** Of them, those outside of the limits. */
  outside: Share;
  /** Null for text and truth values, which are only counted. */
  description: Description | null;
  /** Cp and Cpk, by the average moving range within each slot; null without numeric limits, or where nothing varies. */
  within: (Capability & { sigma: number; degrees: number }) | null;
  /** Pp and Ppk, by the standard deviation of all values. */
  overall: (Capability & { sigma: number; degrees: number }) | null;
  normality: Normality | null;
  histogram: Histogram | null;
  /** What stands against a figure, in words. */
  warnings: string[];
}

export function measurementsOf(measurements: readonly UnitValues[]): MeasurementStats[] {
  return measurements.map(statsOf);
}

function statsOf(of: UnitValues): MeasurementStats {
  const { board, release, name, unit, limits, isNumeric } = of.group;
  const n = of.values.length;
  const counted = { board, release, name, unit, limits: limits ?? null, n, outside: share(of.outside, n) };
  const none = { description: null, within: null, overall: null, normality: null, histogram: null };
  const sorted = of.values.filter(Number.isFinite).sort();
  const description = describeSorted(sorted);
  if (!isNumeric || description === null) return { ...counted, ...none, warnings: [] };
  const normality = normalityOf(sorted, description);
  return {
    ...counted,
    description,
    ...capabilities(of, description, limits ?? {}),
    normality,
    histogram: histogramOf(sorted),
    warnings: warningsOf(sorted, description, normality, n),
  };
}

function capabilities({ values, slots }: UnitValues, { mean, sd, n }: Description, limits: Limits) {
  const { min, max, equals } = limits;
  const hasLimit = min !== undefined || max !== undefined;
  if (sd === null || sd === 0 || equals !== undefined || !hasLimit) return { within: null, overall: null };
  const ranges = movingRanges();
  for (const [index, value] of values.entries())
    if (Number.isFinite(value)) ranges.add(slots[index] ?? 0, value);
  const spread = ranges.spread();
  const of = (sigma: number, degrees: number) => ({
    ...capability({ mean, sigma, n, degrees }, limits),
    sigma,
    degrees,
  });
  return {
    within: spread && spread.sigma > 0 ? of(spread.sigma, spread.degrees) : null,
    overall: of(sd, n - 1),
  };
}

function normalityOf(sorted: Float64Array, { mean, sd, n }: Description): Normality | null {
  return n < fewestForNormality || sd === null || sd === 0 ? null : andersonDarling(sorted, mean, sd);
}

function warningsOf(
  sorted: Float64Array,
  { n, sd }: Description,
  normality: Normality | null,
  all: number,
): string[] {
  const different = distinct(sorted);
  const warnings: string[] = [];
  if (n < all) warnings.push(`${all - n} without a finite number: they only count in n and outside`);
  if (n < fewestForCapability) warnings.push(`fewer than ${fewestForCapability} values`);
  if (sd === 0 && n > 1) warnings.push('all values are the same: there is no capability to speak of');
  else if (n >= fewestForCapability && different < coarseBelow)
    warnings.push(`only ${different} different values: the resolution is coarse`);
  if (normality && normality.p < notNormalBelow)
    warnings.push('not normally distributed: read the histogram and the count outside, not the indices');
  return warnings;
}

function distinct(sorted: Float64Array): number {
  let count = 0;
  for (const [index, value] of sorted.entries()) if (index === 0 || value !== sorted[index - 1]) count += 1;
  return count;
}

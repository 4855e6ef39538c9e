import { readFileSync } from 'node:fs';
import type { CapabilityIndex } from '../../../reports/stats/capability.js';
import type { Percentiles } from '../../../reports/stats/percentile.js';
import type { FourCounts } from '../../../reports/stats/significance.js';

interface Capabilities {
  sigma: number;
  degrees: number;
  spread: CapabilityIndex;
  centred: CapabilityIndex;
}

interface Described {
  n: number;
  mean: number;
  sd: number;
  percentiles: Percentiles;
  andersonDarling: number;
  limits: { min: number; max: number };
  within: Capabilities;
  overall: Capabilities;
}

interface Welch {
  t: number;
  degrees: number;
  p: number;
}

/** What data/reference.py made with SciPy. */
export const reference = read('reference') as {
  michelson: Described;
  heatFlowMeter: Described;
  wilson: { count: number; n: number; low: number; high: number }[];
  fisher: (FourCounts & { p: number })[];
  michelsonRunsAgainstTheOthers: Welch[];
  normalQuantile: Record<string, number>;
  chiSquaredQuantile: [p: number, df: number, value: number][];
  studentTwoSided: [t: number, df: number, value: number][];
};

/** NIST StRD: 100 measurements of the speed of light, with certified figures. */
export const michelson = read('michelson') as { values: number[]; certified: { mean: number; sd: number } };

/** NIST e-Handbook 1.4.2.8: 195 calibration factors. */
export const heatFlowMeter = read('heat-flow-meter') as { values: number[] };

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`data/${name}.json`, import.meta.url), 'utf8')) as unknown;
}

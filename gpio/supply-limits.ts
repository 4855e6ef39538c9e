import { pause } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { judge, limitsText, median, type Limits, type Measurement } from '../core/measurement.js';
import type { SupplySample, SupplySampler } from './supply-sampler.js';

/** What a board may draw when it is switched on. Only a meter that shows the current can tell. */
export interface SwitchOnLimits {
  /** Highest good current of the inrush, in A. */
  inrushAmps?: number;
  /** The inrush lasts this long from the closing of the switch. */
  inrushMs: number;
  /** Limits once the supply has settled, in A. */
  steadyAmps?: Limits;
}

/** Gets a measurement as it is taken. */
export type OnMeasured = (measurement: Omit<Measurement, 'step'>) => void;

interface Judging {
  sampler: SupplySampler;
  limits: SwitchOnLimits;
  onMeasured: OnMeasured;
  signal: AbortSignal;
}

/** The time in which the switch closed, in ms of `performance.now()`: told before `fromMs`, closed for certain at `untilMs`. */
export interface Closing {
  fromMs: number;
  untilMs: number;
}

/** The steady current is the middle of so many readings: a single one may be a glitch, or meet a radio that sends. */
const steadyReadings = 3;

/**
 * Waits for the end of the inrush and judges the highest current that the meter showed in it; a meter that was too slow for any is judged by its first
 * reading after it. Measures `inrush_amps`; throws INRUSH_TOO_HIGH. Does nothing without a limit or without readings of a current.
 */
export async function judgeInrush(
  { fromMs, untilMs }: Closing,
  { sampler, limits, onMeasured, signal }: Judging,
): Promise<void> {
  const { inrushAmps: max, inrushMs } = limits;
  if (max === undefined) return;
  const endMs = untilMs + inrushMs;
  await pause(Math.max(0, endMs - performance.now()), signal);
  const inTime = sampler.since(fromMs).filter(({ beganAtMs }) => beganAtMs <= endMs);
  const shown = inTime.some(({ beganAtMs }) => beganAtMs >= untilMs)
    ? inTime
    : [...inTime, await sampler.next()];
  const amps = ampsIn(shown);
  if (amps.length === 0) return;
  const value = rounded(Math.max(...amps));
  const result = judge(value, { max });
  onMeasured({ name: 'inrush_amps', value, unit: 'A', limits: { max }, result });
  if (result === 'pass') return;
  const what = `the board drew ${value} A in the first ${inrushMs} ms; its limit is ${max} A`;
  throw new RigError('INRUSH_TOO_HIGH', what, { details: { inrushAmps: value, max, inrushMs } });
}

/** Measures `steady_amps` from now on; throws CURRENT_OUT_OF_LIMITS. Does nothing without limits or without readings of a current. */
export async function judgeSteady({ sampler, limits, onMeasured, signal }: Judging): Promise<void> {
  const { steadyAmps } = limits;
  if (steadyAmps === undefined) return;
  const taken: SupplySample[] = [];
  while (taken.length < steadyReadings) {
    signal.throwIfAborted();
    taken.push(await sampler.next());
  }
  const amps = ampsIn(taken);
  if (amps.length === 0) return;
  const value = rounded(median(amps));
  const result = judge(value, steadyAmps);
  onMeasured({ name: 'steady_amps', value, unit: 'A', limits: steadyAmps, result });
  if (result === 'pass') return;
  const what = `the board draws ${value} A after its supply has settled; its limits are ${limitsText(steadyAmps)} A`;
  throw new RigError('CURRENT_OUT_OF_LIMITS', what, { details: { steadyAmps: value, limits: steadyAmps } });
}

function ampsIn(samples: readonly SupplySample[]): number[] {
  return samples.flatMap(({ railAmps }) => railAmps ?? []);
}

/** To 0.1 mA, which no meter of a fixture resolves. */
function rounded(amps: number): number {
  return Math.round(amps * 10_000) / 10_000;
}

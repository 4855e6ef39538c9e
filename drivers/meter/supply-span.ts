import type { SupplySample } from '../../gpio/supply-sampler.js';

/** What a board drew over a span of time in which it had power. */
export interface SupplySpan {
  joules: number;
  /** Mean current over time, in A. */
  meanAmps: number;
  peakAmps: number;
  /** Between the highest and the lowest reading, in A. */
  rippleAmps: number;
  /** With power. */
  seconds: number;
  readings: number;
  /** Longest time without a reading; what is said of it is a guess. */
  longestGapMs: number;
}

/** Adds up what a board draws, for any number of spans at once. Times are those of `performance.now()`, in ms. */
export interface SupplyMeterage {
  add(sample: SupplySample): void;
  /** Power is off from now on: nothing is drawn until the next reading. */
  cut(atMs: number): void;
  /** Begins a span; the function that it returns ends it. Undefined for a span without a reading of the current. */
  begin(atMs: number): (atMs: number) => SupplySpan | undefined;
}

interface Point {
  atMs: number;
  amps: number;
  watts: number;
}

interface Sums {
  joules: number;
  coulombs: number;
  seconds: number;
  peak: number;
  low: number;
  readings: number;
  longestGapMs: number;
  /** Up to where this span is added up. */
  last: Point | undefined;
}

/**
 * Between two readings voltage and current are taken to move in straight lines (trapezoid rule); before the first one of a span and after its last they stay
 * as they were read.
 */
export function createSupplyMeterage(): SupplyMeterage {
  const open = new Set<Sums>();
  let latest: Point | undefined;
  const advance = (sums: Sums, to: Point) => {
    const { last } = sums;
    const atMs = Math.max(to.atMs, last?.atMs ?? 0);
    sums.last = { ...to, atMs };
    if (last === undefined) return;
    const seconds = (atMs - last.atMs) / 1000;
    sums.joules += ((last.watts + to.watts) / 2) * seconds;
    sums.coulombs += ((last.amps + to.amps) / 2) * seconds;
    sums.seconds += seconds;
    sums.longestGapMs = Math.max(sums.longestGapMs, atMs - last.atMs);
  };
  const endAt = (sums: Sums, atMs: number) => {
    if (sums.last) advance(sums, { ...sums.last, atMs });
  };
  return {
    add({ beganAtMs, endedAtMs, railVolts, railAmps }) {
      if (railAmps === undefined) return;
      const point = { atMs: (beganAtMs + endedAtMs) / 2, amps: railAmps, watts: railVolts * railAmps };
      latest = point;
      for (const sums of open) {
        advance(sums, point);
        sums.peak = Math.max(sums.peak, railAmps);
        sums.low = Math.min(sums.low, railAmps);
        sums.readings += 1;
      }
    },
    cut(atMs) {
      latest = undefined;
      for (const sums of open) {
        endAt(sums, atMs);
        sums.last = undefined;
      }
    },
    begin(atMs) {
      const sums: Sums = {
        joules: 0,
        coulombs: 0,
        seconds: 0,
        peak: Number.NEGATIVE_INFINITY,
        low: Number.POSITIVE_INFINITY,
        readings: 0,
        longestGapMs: 0,
        last: latest && { ...latest, atMs },
      };
      open.add(sums);
      return (untilMs) => {
        open.delete(sums);
        endAt(sums, untilMs);
        const { joules, coulombs, seconds, peak, low, readings, longestGapMs } = sums;
        if (readings === 0 || seconds === 0) return undefined;
        return {
          joules,
          meanAmps: coulombs / seconds,
          peakAmps: peak,
          rippleAmps: peak - low,
          seconds,
          readings,
          longestGapMs,
        };
      };
    },
  };
}

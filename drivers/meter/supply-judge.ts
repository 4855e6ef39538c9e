import type { SupplySample } from '../../gpio/supply-sampler.js';

/** What a rail must not do while it is switched on. */
export interface SupplyBounds {
  onVolts: number;
  offVolts: number;
  /** Undefined: any current is allowed. */
  maxAmps?: number;
  /** So long from the closing of the switch on the current is not judged, in ms. */
  inrushMs: number;
}

/** Why a slot must not stay on. */
export type SupplyFinding =
  | { kind: 'over-current'; firstAtMs: number; amps: readonly number[]; railVolts: number }
  | { kind: 'collapsed'; firstAtMs: number; railVolts: number; lastAmps?: number }
  | { kind: 'unwatched'; firstAtMs: number; thrown: unknown };

/** Judges the readings of one slot as they come. Times are those of `performance.now()`, in ms. */
export interface SupplyJudge {
  /** True while the switch is open. */
  readonly isOff: boolean;
  /** The switch closes now. */
  closing(): void;
  /** The switch is closed for certain. */
  closed(atMs: number): void;
  /** The switch opens: what is read from now on is no finding. */
  opened(): void;
  /** A reading; returns what it proves. */
  add(sample: SupplySample): SupplyFinding | undefined;
  /** A reading that failed. */
  failed(atMs: number, thrown: unknown): SupplyFinding | undefined;
  /** Since when a reading beyond the limit waits for another that confirms or refutes it. */
  readonly suspiciousSinceMs: number | undefined;
  /** No other reading came in time: the one counts. */
  overdue(): SupplyFinding | undefined;
}

/** A meter that fails so often in a row does not watch. */
const failuresInARow = 3;

/**
 * Two readings in a row decide, so that a single glitch of a meter cuts nobody off; a meter that is too slow for a second one in time is believed at once,
 * see `overdue`. A rail counts as collapsed only after it was up. That a limit is set and the meter fails again and again is a finding too.
 */
export function createSupplyJudge(bounds: SupplyBounds): SupplyJudge {
  const { onVolts, offVolts, maxAmps, inrushMs } = bounds;
  let state: 'off' | 'closing' | 'closed' = 'off';
  let judgedFromMs = Number.POSITIVE_INFINITY;
  let wasUp = false;
  let beyond: SupplySample | undefined;
  let down: SupplySample | undefined;
  let lastAmps: number | undefined;
  let failures: { count: number; firstAtMs: number } | undefined;
  const forget = () => {
    wasUp = false;
    beyond = down = lastAmps = failures = undefined;
    judgedFromMs = Number.POSITIVE_INFINITY;
  };
  const overCurrent = (samples: readonly SupplySample[]): SupplyFinding => ({
    kind: 'over-current',
    firstAtMs: samples[0]?.endedAtMs ?? 0,
    amps: samples.flatMap(({ railAmps }) => railAmps ?? []),
    railVolts: samples.at(-1)?.railVolts ?? 0,
  });
  const judgeAmps = (sample: SupplySample): SupplyFinding | undefined => {
    const { railAmps, beganAtMs } = sample;
    // A shunt that is wired backwards shows a short as a large negative current.
    const isBeyond = maxAmps !== undefined && railAmps !== undefined && Math.abs(railAmps) > maxAmps;
    const before = beyond;
    beyond = isBeyond && beganAtMs >= judgedFromMs ? sample : undefined;
    return before && beyond ? overCurrent([before, beyond]) : undefined;
  };
  const judgeVolts = (sample: SupplySample): SupplyFinding | undefined => {
    const { railVolts, railAmps } = sample;
    if (railVolts >= onVolts) wasUp = true;
    const before = down;
    down = wasUp && railVolts <= offVolts ? sample : undefined;
    if (before === undefined || down === undefined) {
      if (down === undefined) lastAmps = railAmps;
      return undefined;
    }
    const firstAtMs = before.endedAtMs;
    return { kind: 'collapsed', firstAtMs, railVolts, ...(lastAmps !== undefined && { lastAmps }) };
  };
  return {
    get isOff() {
      return state === 'off';
    },
    closing() {
      forget();
      state = 'closing';
    },
    closed(atMs) {
      if (state !== 'closing') return;
      state = 'closed';
      judgedFromMs = atMs + inrushMs;
    },
    opened() {
      state = 'off';
      forget();
    },
    add(sample) {
      if (state === 'off') return undefined;
      failures = undefined;
      const current = judgeAmps(sample);
      const rail = judgeVolts(sample);
      return current ?? rail;
    },
    failed(atMs, thrown) {
      if (state === 'off') return undefined;
      failures = { count: (failures?.count ?? 0) + 1, firstAtMs: failures?.firstAtMs ?? atMs };
      const isBlind = maxAmps !== undefined && failures.count >= failuresInARow;
      return isBlind ? { kind: 'unwatched', firstAtMs: failures.firstAtMs, thrown } : undefined;
    },
    get suspiciousSinceMs() {
      return beyond?.endedAtMs;
    },
    overdue: () => beyond && overCurrent([beyond]),
  };
}

import type { MeterDisplay } from './meters.js';
import { timings } from './timings.js';

/** What a board draws from its rail, in milliamperes. */
export const loads = { none: 0, stuck: 18, loader: 45, app: 80, wifi: 160 } as const;

/** What charging the board's capacitors draws on top, for `timings.inrush`, in milliamperes. */
const inrushMilliamps = 400;
/** To what a supply at its current limit sags under a short. */
const shortedShare = 0.6;
/** At this share of its height the supervisor lets the chip go, as with the usual rise. */
const releaseShare = timings.powerOnReset / timings.railRise;

/** The switched supply of one slot, with its meter. */
export interface Supply {
  /** How high the rail is now, as a share of its nominal voltage. */
  readonly railShare: number;
  /** Switches; the rail follows within `timings.railRise` and `timings.railFall`. */
  switch(on: boolean): void;
  /** What the board draws from now on, scaled with the rail. */
  setLoad(milliamps: number): void;
  /** Pulls the rail down to `share` of its nominal voltage for as long as a regulator needs to recover. */
  dip(share: number): void;
  close(): void;
}

export interface SupplyOptions {
  /** The rail at full height. */
  nominalMillivolts: number;
  /** How high the rail is already, as a share of that; 0 unless told. */
  railShare?: number;
  /** True: the rail stays at 0, as with a short or an open fuse. */
  broken: boolean;
  /** True: nothing hangs on it, so that it charges no capacitors. */
  unloaded?: boolean;
  /** From switching on until the rail is up; `timings.railRise` unless told. */
  riseMs?: number;
  /** The board shorts the rail this long after every switching on; the supply's limit then lets so much current through. */
  short?: { afterMs: number; milliamps: number };
  meter?: MeterDisplay;
  /** The rail has been up long enough for the board to start. Not called when it was switched off before. */
  onUp: () => void;
  /** The supply was switched off: the board is dead from this moment, although its rail still falls. */
  onDown: () => void;
  /** The rail was shorted: the board is dead until the supply is switched off and on. */
  onShort: () => void;
}

/** A supply that is off. Timers run only while the rail moves. */
export function createSupply(options: SupplyOptions): Supply {
  const { nominalMillivolts, meter, short, riseMs = timings.railRise } = options;
  let railShare = options.railShare ?? 0;
  // Nobody has said yet whether a rail that is up stays up.
  let on = railShare > 0 ? undefined : false;
  let load = 0;
  let inrush = 0;
  let shorted = false;
  let ramp: NodeJS.Timeout | undefined;
  let pending: NodeJS.Timeout[] = [];

  const show = (): void => {
    const drawn = shorted && short ? short.milliamps : load * railShare + inrush;
    meter?.show(nominalMillivolts * railShare, drawn);
  };
  const moveTo = (target: number, durationMs: number): void => {
    clearInterval(ramp);
    const from = railShare;
    const startedAt = performance.now();
    const step = (): void => {
      const passed = Math.min(1, (performance.now() - startedAt) / durationMs);
      railShare = from + (target - from) * passed;
      if (passed === 1) clearInterval(ramp);
      show();
    };
    ramp = setInterval(step, timings.railStep);
  };
  const later = (act: () => void, delayMs: number): void => void pending.push(setTimeout(act, delayMs));
  const forgetPending = (): void => {
    for (const timer of pending) clearTimeout(timer);
    pending = [];
  };
  const setInrush = (milliamps: number): void => {
    inrush = milliamps;
    show();
  };
  const shortOut = (): void => {
    forgetPending();
    shorted = true;
    setInrush(0);
    options.onShort();
    moveTo(shortedShare, timings.railStep);
  };

  return {
    get railShare() {
      return railShare;
    },
    switch(wanted) {
      if (wanted === on) return;
      on = wanted;
      forgetPending();
      if (options.broken) return;
      inrush = 0;
      shorted = false;
      if (on) {
        moveTo(1, riseMs - timings.railStep);
        later(options.onUp, riseMs * releaseShare);
        if (!options.unloaded) {
          setInrush(inrushMilliamps);
          later(() => setInrush(0), timings.inrush);
        }
        if (short) later(shortOut, short.afterMs);
      } else {
        options.onDown();
        load = loads.none;
        moveTo(0, timings.railFall - timings.railStep);
      }
    },
    setLoad(milliamps) {
      load = milliamps;
      show();
    },
    dip(share) {
      if (!on || shorted) return;
      railShare = share;
      show();
      moveTo(1, timings.brownoutRecovery);
    },
    close() {
      clearInterval(ramp);
      forgetPending();
    },
  };
}

import type { MeterFiles } from './meters.js';
import { timings } from './timings.js';

/** What a board draws from its rail, in milliamperes. */
export const loads = { none: 0, stuck: 18, loader: 45, app: 80, wifi: 160 } as const;

/** The switched supply of one slot, with its meter. */
export interface Supply {
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
  /** True: the rail stays at 0, as with a short or an open fuse. */
  broken: boolean;
  meter?: MeterFiles;
  /** The rail has been up long enough for the board to start. Not called when it was switched off before. */
  onUp: () => void;
  /** The supply was switched off: the board is dead from this moment, although its rail still falls. */
  onDown: () => void;
}

/** A supply that is off. Timers run only while the rail moves. */
export function createSupply(options: SupplyOptions): Supply {
  const { nominalMillivolts, meter } = options;
  let on = false;
  let load = 0;
  let railShare = 0;
  let ramp: NodeJS.Timeout | undefined;
  let release: NodeJS.Timeout | undefined;

  const show = (): void => meter?.show(nominalMillivolts * railShare, load * railShare);
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

  return {
    switch(wanted) {
      if (wanted === on) return;
      on = wanted;
      clearTimeout(release);
      if (options.broken) return;
      if (on) {
        moveTo(1, timings.railRise - timings.railStep);
        release = setTimeout(options.onUp, timings.powerOnReset);
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
      if (!on) return;
      railShare = share;
      show();
      moveTo(1, timings.brownoutRecovery);
    },
    close() {
      clearInterval(ramp);
      clearTimeout(release);
    },
  };
}

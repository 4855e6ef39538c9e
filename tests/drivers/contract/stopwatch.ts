import { readFileSync } from 'node:fs';

/** A moment, and for how long the machine had been short of processors by then; both in ms. */
export interface Moment {
  at: number;
  shortMs: number;
}

export function momentNow(): Moment {
  return { at: performance.now(), shortMs: shortOfProcessors() };
}

/**
 * What a limit is in the time from one moment to the other. A tool that waits for a processor, since other tests have them all, is no slower driver:
 * that time does not count, but never more than the limit once again.
 */
export function fairLimit(limitMs: number, from: Moment, to: Moment): number {
  return limitMs + Math.min(limitMs, to.shortMs - from.shortMs);
}

/** How long anything on this machine has had to wait for a processor since it started, as the kernel counts it; 0 where it does not. */
function shortOfProcessors(): number {
  try {
    const total = /^some .*\btotal=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1];
    return Number(total ?? 0) / 1000;
  } catch {
    return 0;
  }
}

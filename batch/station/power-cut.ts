import { setTimeout as delay } from 'node:timers/promises';
import type { LineReadback } from '../../core/run-record.js';

/** When the outputs are driven again after a cut, from the cut on: a write of a worker may still have been on its way. */
const againAtMs = [100, 250, 500];

/** Switches a slot off with `act`, at once and some times after that; resolves with what the last time has read back. Ends early when the signal aborts. */
export async function cutPower(
  act: () => Promise<LineReadback[]>,
  signal: AbortSignal,
): Promise<LineReadback[]> {
  const began = performance.now();
  let lines = await act();
  for (const atMs of againAtMs) {
    const waitMs = Math.max(0, atMs - (performance.now() - began));
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return lines;
    lines = await act();
  }
  return lines;
}

import { withDeadline } from '../../core/deadline.js';
import type { Wire } from '../parts.js';

/** Thrown where the loader's watchdog resets the chip. */
export class WatchdogReset extends Error {}

/** What the host sends, for code that reads it byte by byte. */
export interface HostBytes {
  /**
   * The next `count` bytes. Every byte restarts the watchdog: throws WatchdogReset when none comes for `timeoutMs`, which undefined turns off,
   * and what the signal carries.
   */
  take(count: number, timeoutMs: number | undefined): Promise<Buffer>;
}

/** Takes over the wire. */
export function hostBytes(wire: Pick<Wire, 'onReceive'>, signal: AbortSignal): HostBytes {
  let arrived = Buffer.alloc(0);
  let wake: (() => void) | undefined;
  wire.onReceive((bytes) => {
    arrived = Buffer.concat([arrived, bytes]);
    wake?.();
  });
  const more = () => new Promise<void>((resolve) => (wake = resolve));

  return {
    async take(count, timeoutMs) {
      while (arrived.length < count) {
        signal.throwIfAborted();
        if (timeoutMs === undefined) await untilAborted(more(), signal);
        else await withDeadline(more, { timeoutMs, signal, onTimeout: () => new WatchdogReset() });
      }
      const taken = arrived.subarray(0, count);
      arrived = arrived.subarray(count);
      return taken;
    },
  };
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true, signal: stop.signal });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    stop.abort();
  }
}

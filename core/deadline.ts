import { RigError } from './errors.js';
import { setTimeout as delay } from 'node:timers/promises';

export interface DeadlineOptions {
  timeoutMs: number;
  /** Makes the error when time is up; called at that moment, so it can quote the state. */
  onTimeout: () => Error;
  /** Aborts the wait; the work gets the combined signal. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` until it settles, the deadline passes or the signal aborts. The work's own signal is aborted in the last two
 * cases. A timer that fires late because the event loop was blocked gives the work one more turn: data that is already
 * waiting is not a timeout.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: DeadlineOptions,
): Promise<T> {
  const controller = new AbortController();
  const outer = options.signal;
  if (outer?.aborted) throw abortedBy(outer);
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    const due = performance.now() + options.timeoutMs;
    const expire = () => {
      const late = performance.now() - due;
      const giveUp = () => reject(options.onTimeout());
      if (late > 50) timer = setTimeout(() => setImmediate(giveUp), 1);
      else giveUp();
    };
    timer = setTimeout(expire, options.timeoutMs);
    onAbort = () => reject(abortedBy(outer));
    outer?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work(controller.signal), stopped]);
  } finally {
    clearTimeout(timer);
    if (onAbort) outer?.removeEventListener('abort', onAbort);
    controller.abort();
  }
}

/** What an aborted signal carries as an error: its reason when that is an Error, else `ABORTED`. */
export function abortedBy(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error && signal.reason.name !== 'AbortError'
    ? signal.reason
    : new RigError('ABORTED', 'stopped on request');
}

/** Waits, and rejects at once when the signal aborts. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal ? { signal } : undefined);
  } catch {
    throw abortedBy(signal);
  }
}

/** Polls `probe` until it returns something other than undefined. */
export async function pollUntil<T>(
  probe: () => Promise<T | undefined>,
  options: DeadlineOptions & { intervalMs: number },
): Promise<T> {
  return withDeadline(async (signal) => {
    for (;;) {
      const found = await probe();
      if (found !== undefined) return found;
      await pause(options.intervalMs, signal);
    }
  }, options);
}

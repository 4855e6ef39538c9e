import { RigError } from '../../core/errors.js';
import type { FlashCallOptions } from './flash-driver.js';

export interface Calls {
  /** Runs one call after those before it. Its signal is aborted, with a RigError, by the caller's and by `close`. */
  run<T>(call: FlashCallOptions | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Stops the call that runs, and all later ones; returns when it has ended. */
  close(): Promise<void>;
}

/** The calls of one driver: one at a time, each of which ends with FLASH_ABORTED when the caller's signal aborts. */
export function makeCalls(path: string): Calls {
  let last: Promise<unknown> = Promise.resolve();
  const closed = new AbortController();

  const runNow = async <T>(
    call: FlashCallOptions | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const stop = new AbortController();
    const outer = call?.signal;
    const onSignal = () => stop.abort(abortedByCaller(outer));
    const onClose = () => stop.abort(new RigError('PORT_LOST', `${path} was closed`));
    if (outer?.aborted) onSignal();
    if (closed.signal.aborted) onClose();
    outer?.addEventListener('abort', onSignal, { once: true });
    closed.signal.addEventListener('abort', onClose, { once: true });
    try {
      stop.signal.throwIfAborted();
      return await work(stop.signal);
    } catch (error) {
      throw stop.signal.aborted ? stop.signal.reason : error;
    } finally {
      outer?.removeEventListener('abort', onSignal);
      closed.signal.removeEventListener('abort', onClose);
    }
  };

  return {
    run(call, work) {
      const mine = last.then(() => runNow(call, work));
      last = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      closed.abort();
      await last;
    },
  };
}

function abortedByCaller(signal: AbortSignal | undefined): RigError {
  const reason: unknown = signal?.reason;
  if (reason instanceof RigError) return reason;
  return new RigError('FLASH_ABORTED', 'stopped on request', { cause: reason });
}

import { abortedBy } from '../core/deadline.js';
import { RigError } from '../core/errors.js';

/** Runs pieces of work one after the other, and lets one kind of work cut in. */
export interface Turns {
  /** Runs the work when what came before it has ended; its signal aborts with `outer` or when somebody cuts in. */
  run<T>(work: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T>;
  /** Aborts what runs and what waits, with ABORTED and this reason, and runs the work when all of that has ended. */
  interrupt<T>(work: () => Promise<T>, why: string): Promise<T>;
}

/** Starts with nothing to wait for. */
export function takeTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let cutIn = new AbortController();
  const after = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    run(work, outer) {
      const signal = outer ? AbortSignal.any([outer, cutIn.signal]) : cutIn.signal;
      return after(() => (signal.aborted ? Promise.reject(abortedBy(signal)) : work(signal)));
    },
    interrupt(work, why) {
      cutIn.abort(new RigError('ABORTED', why));
      cutIn = new AbortController();
      return after(work);
    },
  };
}

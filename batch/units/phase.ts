import type { ControlEvent } from '../../core/batch-record.js';
import { abortedBy } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';

/** Whether units of a run may begin. */
export interface Phase {
  readonly state: 'running' | 'paused' | 'stopped';
  /** Why no unit begins any more. */
  readonly whyNot: RigError;
  /** Aborts with `whyNot` when nothing begins any more: whoever waits for a board or for the operator waits for nothing. */
  readonly stopped: AbortSignal;
  /** Resolves at once, or when a pause ends. Throws `whyNot` and the signal's reason. */
  whileRunning(signal: AbortSignal): Promise<void>;
  pause(why: string, by: ControlEvent['by']): void;
  /** True when there was a pause that ends by it. */
  resume(why: string): boolean;
  /** For good. */
  stop(why: string): void;
  /** A unit cannot have its turn: unless the run is stopped, that is why others have none. */
  noTurn(why: string): void;
}

export function createPhase(onControl: (event: ControlEvent) => void): Phase {
  let state: Phase['state'] = 'running';
  let why = 'every unit has had its turn';
  const stopped = new AbortController();
  let resumed = new AbortController();
  const whyNot = () => new RigError('UNIT_NOT_BEGUN', why);
  const paused = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const ended = AbortSignal.any([signal, stopped.signal]);
      if (ended.aborted) return reject(abortedBy(ended));
      ended.addEventListener('abort', () => reject(abortedBy(ended)), { once: true, signal: resumed.signal });
      resumed.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  return {
    get state() {
      return state;
    },
    get whyNot() {
      return whyNot();
    },
    stopped: stopped.signal,
    async whileRunning(signal) {
      while (state === 'paused') await paused(signal);
      stopped.signal.throwIfAborted();
    },
    pause(text, by) {
      if (state !== 'running') return;
      state = 'paused';
      onControl({ what: 'pause', by, why: text });
    },
    resume(text) {
      if (state !== 'paused') return false;
      state = 'running';
      onControl({ what: 'resume', by: 'operator', why: text });
      resumed.abort();
      resumed = new AbortController();
      return true;
    },
    stop(text) {
      state = 'stopped';
      why = text;
      stopped.abort(whyNot());
    },
    noTurn(text) {
      if (state !== 'stopped') why = text;
    },
  };
}

import { pause } from '../core/deadline.js';

/** One reading of a slot's meter. */
export interface SupplySample {
  /** When the reading was begun and when it was there, in ms of `performance.now()`. */
  beganAtMs: number;
  endedAtMs: number;
  railVolts: number;
  railAmps?: number;
}

/** The one loop that reads a slot's meter while its power is on. Whoever wants to know of the supply listens here, and reads nothing itself. */
export interface SupplySampler {
  /** Begins to read; does nothing when it does so already. Called right before the switch closes. */
  start(): void;
  /** Reads no more from when it resolves; what was read is kept. May be called twice. */
  stop(): Promise<void>;
  /** Readings that began at this time of `performance.now()` or later, oldest first; the last half minute of them is kept. */
  since(beganAtMs: number): readonly SupplySample[];
  /** The first reading that begins from now on; reads once when the loop does not run. Throws METER_FAILED. */
  next(): Promise<SupplySample>;
  /** Calls the listener with each reading; returns a function that stops it. */
  onSample(listener: (sample: SupplySample) => void): () => void;
  /** Calls the listener with what a reading of the loop failed with; the loop goes on. */
  onFailure(listener: (thrown: unknown) => void): () => void;
}

/** Between the end of a reading and the next, in ms. More readings would take time from the flashing of all slots, fewer would cut off a short too late. */
const restMs = 20;
const keptMs = 30_000;

/** Makes the loop of one meter; it stands still until it is started. */
export function createSupplySampler(
  read: () => Promise<{ railVolts: number; railAmps?: number }>,
): SupplySampler {
  let samples: SupplySample[] = [];
  const listeners = new Set<(sample: SupplySample) => void>();
  const failureListeners = new Set<(thrown: unknown) => void>();
  let running: { stop: AbortController; ended: Promise<void> } | undefined;
  let waiting: { resolve: (sample: SupplySample) => void; reject: (thrown: unknown) => void }[] = [];

  const sampleOnce = async (): Promise<SupplySample> => {
    const beganAtMs = performance.now();
    const reading = await read();
    const sample = { beganAtMs, endedAtMs: performance.now(), ...reading };
    samples.push(sample);
    const oldest = samples[0];
    if (oldest && oldest.beganAtMs < beganAtMs - keptMs - 1000)
      samples = samples.filter((each) => each.beganAtMs >= beganAtMs - keptMs);
    for (const listener of [...listeners]) listener(sample);
    return sample;
  };
  const loop = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      // Whoever waits at this moment gets the reading that begins now.
      const served = waiting;
      waiting = [];
      try {
        const sample = await sampleOnce();
        for (const { resolve } of served) resolve(sample);
      } catch (thrown) {
        for (const { reject } of served) reject(thrown);
        for (const listener of [...failureListeners]) listener(thrown);
      }
      await pause(restMs, signal).catch(() => undefined);
    }
  };
  return {
    start() {
      if (running) return;
      const stop = new AbortController();
      running = { stop, ended: loop(stop.signal) };
    },
    async stop() {
      const ending = running;
      running = undefined;
      ending?.stop.abort();
      await ending?.ended;
      // Who waited for a loop that has ended reads by itself.
      for (const { resolve, reject } of waiting.splice(0)) sampleOnce().then(resolve, reject);
    },
    since: (beganAtMs) => samples.filter((each) => each.beganAtMs >= beganAtMs),
    next: () =>
      running ? new Promise((resolve, reject) => waiting.push({ resolve, reject })) : sampleOnce(),
    onSample(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onFailure(listener) {
      failureListeners.add(listener);
      return () => void failureListeners.delete(listener);
    },
  };
}

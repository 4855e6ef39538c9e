import { abortedBy, pause } from '../../core/deadline.js';

/** Named resources with a capacity, and named turns with a spacing: where slots wait for each other, in order of asking. */
export interface Turns {
  /** Waits for one of `capacity` places. The place is given back by the function, once; rejects when the signal aborts first. */
  take(
    resource: string,
    capacity: number,
    signal: AbortSignal,
  ): Promise<{ waitedMs: number; giveBack: () => void }>;
  /** Waits until `spacingMs` have passed since the last turn of that name. */
  turn(name: string, spacingMs: number, signal: AbortSignal): Promise<{ waitedMs: number }>;
}

interface Resource {
  taken: number;
  queue: { capacity: number; go: () => void }[];
}

export function createTurns(): Turns {
  const resources = new Map<string, Resource>();
  const nextTurnAt = new Map<string, number>();

  /** Only the head of the queue may go, so that nobody is overtaken. */
  const advance = (resource: Resource) => {
    for (let head = resource.queue[0]; head && resource.taken < head.capacity; head = resource.queue[0]) {
      resource.queue.shift();
      resource.taken += 1;
      head.go();
    }
  };
  return {
    async take(name, capacity, signal) {
      const resource = resources.get(name) ?? { taken: 0, queue: [] };
      resources.set(name, resource);
      const askedAt = performance.now();
      await new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(abortedBy(signal));
        const onAbort = () => {
          resource.queue = resource.queue.filter((waiting) => waiting !== place);
          reject(abortedBy(signal));
          advance(resource);
        };
        const go = () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        const place = { capacity: Math.max(1, capacity), go };
        signal.addEventListener('abort', onAbort, { once: true });
        resource.queue.push(place);
        advance(resource);
      });
      let held = true;
      const giveBack = () => {
        if (!held) return;
        held = false;
        resource.taken -= 1;
        advance(resource);
      };
      return { waitedMs: Math.round(performance.now() - askedAt), giveBack };
    },
    async turn(name, spacingMs, signal) {
      const now = performance.now();
      const at = Math.max(now, nextTurnAt.get(name) ?? now);
      nextTurnAt.set(name, at + spacingMs);
      // A timer cuts fractions off.
      if (at > now) await pause(Math.ceil(at - now), signal);
      return { waitedMs: Math.round(at - now) };
    },
  };
}

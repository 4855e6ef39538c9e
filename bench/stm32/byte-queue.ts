/** Bytes that have arrived and wait to be taken. */
export interface ByteQueue {
  push(bytes: Buffer): void;
  /** The next bytes, as soon as so many are there. Rejects when the signal aborts. */
  take(count: number): Promise<Buffer>;
}

export function createByteQueue(signal: AbortSignal): ByteQueue {
  let held = Buffer.alloc(0);
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  return {
    push(bytes) {
      held = Buffer.concat([held, bytes]);
      wake();
    },
    async take(count) {
      while (held.length < count) {
        signal.throwIfAborted();
        await new Promise<void>((resolve) => (wake = resolve));
      }
      signal.throwIfAborted();
      const taken = held.subarray(0, count);
      held = held.subarray(count);
      return taken;
    },
  };
}

import { pause } from '../../core/deadline.js';
import type { Link } from '../link/link.js';

/** Sends the bytes and returns what came back: all of it once `isWhole` says so, else what there is when the time is up. */
export async function exchange(
  link: Link,
  question: readonly number[],
  {
    timeoutMs,
    isWhole,
    signal,
  }: { timeoutMs: number; isWhole: (heard: Buffer) => boolean; signal: AbortSignal },
): Promise<Buffer> {
  let heard = Buffer.alloc(0);
  const whole = new AbortController();
  const stop = link.onData((chunk) => {
    heard = Buffer.concat([heard, chunk]);
    if (isWhole(heard)) whole.abort();
  });
  try {
    await link.write(Buffer.from(question), { signal });
    await pause(timeoutMs, AbortSignal.any([signal, link.lost, whole.signal])).catch(() => undefined);
  } finally {
    stop();
  }
  signal.throwIfAborted();
  link.lost.throwIfAborted();
  return heard;
}

import { pause } from '../../core/deadline.js';
import type { Console } from './console.js';

export interface QuietOptions {
  /** For so long nothing must have arrived, in ms. */
  quietMs: number;
  /** A board that never stops talking is not waited for any longer, in ms. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * Waits until the board has said what it had to say: the rest of an answer would be taken for that to the next question. Throws the signal's reason.
 */
export async function untilQuiet(
  console: Pick<Console, 'cursor'>,
  { quietMs, timeoutMs, signal }: QuietOptions,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    const heard = console.cursor();
    const due = performance.now() + quietMs;
    await pause(quietMs, signal);
    // A late timer means a blocked event loop: bytes may be waiting.
    const isLate = performance.now() - due > quietMs / 2;
    if (console.cursor() === heard && !isLate) return;
  }
}

import { abortedBy, pause, withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { ConsoleCursor } from './console.js';
import type { NetworkConsole } from './network-console.js';

export interface RestartOptions {
  /** For the whole of it, from the command to the new connection, in ms. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** A connection that is younger may still be one to the system that shuts down. */
const steadyMs = 500;

/**
 * Restarts a device by a command of its own, for slots in which nothing else can. That its connection ends is the proof that it restarted; then it is met
 * again. Returns where the log of the new start begins. Throws RESTART_FAILED when the connection stays up, BOOT_SILENT when it does not come
 * back in time, what the console throws, and the signal's reason.
 */
export async function restartBy(
  console: NetworkConsole,
  command: string,
  { timeoutMs, signal }: RestartOptions,
): Promise<ConsoleCursor> {
  const due = performance.now() + timeoutMs;
  const meeting = () => ({ timeoutMs: Math.max(1, due - performance.now()), ...(signal && { signal }) });
  // It may have restarted by itself, as after an update; that is no proof of this restart.
  if (console.lost.aborted) await console.reconnect(meeting());
  const { lost } = console;
  console.note(`--- restart by "${command}"`);
  await console.sendLine(command).catch((thrown: unknown) => {
    if (!lost.aborted) throw thrown;
  });
  await withDeadline((stop) => untilAborted(lost, stop), {
    ...meeting(),
    onTimeout: () => {
      const what = `the connection was still up ${timeoutMs / 1000} s after "${command}"`;
      return new RigError('RESTART_FAILED', `${what}; the last lines were:\n${console.lastLines(10)}`);
    },
  });
  const start = console.cursor();
  try {
    do {
      await console.reconnect(meeting());
      await pause(steadyMs, signal);
    } while (console.lost.aborted);
  } catch (thrown) {
    if (signal?.aborted) throw abortedBy(signal);
    if (!(thrown instanceof RigError) || thrown.code !== 'DUT_SILENT') throw thrown;
    const what = `it restarted and did not come back within ${timeoutMs / 1000} s: ${thrown.message}`;
    throw new RigError('BOOT_SILENT', what, { cause: thrown });
  }
  return start;
}

function untilAborted(lost: AbortSignal, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (lost.aborted) return resolve();
    const settled = () => {
      lost.removeEventListener('abort', settled);
      resolve();
    };
    lost.addEventListener('abort', settled, { once: true });
    stop.addEventListener('abort', settled, { once: true });
  });
}

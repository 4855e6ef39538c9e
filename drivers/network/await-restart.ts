import type { Socket } from 'node:net';
import { abortedBy, withDeadline } from '../../core/deadline.js';
import { connectOnce, meetDevice } from './connect.js';
import { hangUp } from './hang-up.js';
import type { NetworkAddress } from './network-address.js';

/** A device that restarts by itself has done so by then. */
const leaveMs = 3000;
/** And is back by then: an ESP8266 moves its update into place meanwhile, and joins its network again. */
const returnMs = 20_000;
/** A connection that is younger may still be one to the application that is going. */
const steadyMs = 300;

/**
 * Waits until a device that has taken an update has restarted and accepts connections again. Until then its power must not be taken away: an ESP8266
 * would forget the update, or break it while it moves it. Whether the right thing runs is for the boot to prove: a device that
 * does not restart, or does not come back, is only noted. Throws the signal's reason.
 */
export async function awaitRestart(
  { host, ports }: NetworkAddress,
  { signal, log }: { signal: AbortSignal; log: (line: string) => void },
): Promise<void> {
  const held = await connectOnce(
    host,
    ports.http,
    AbortSignal.any([signal, AbortSignal.timeout(leaveMs)]),
  ).catch(() => undefined);
  if (signal.aborted) throw abortedBy(signal);
  if (held && !(await hasEnded(held, leaveMs, signal))) return log(`${host} did not restart by itself`);
  const due = performance.now() + returnMs;
  try {
    for (;;) {
      const timeoutMs = Math.max(1, due - performance.now());
      const met = await meetDevice(host, ports.http, { timeoutMs, signal });
      if (!(await hasEnded(met, steadyMs, signal))) return log(`${host} has restarted`);
    }
  } catch {
    if (signal.aborted) throw abortedBy(signal);
    log(`${host} has restarted and does not accept connections`);
  }
}

/** Whether the other side ends the connection within so long. */
async function hasEnded(socket: Socket, withinMs: number, signal: AbortSignal): Promise<boolean> {
  const late = new Error('late');
  // A device that restarts may reset the connection, which is an end like any other.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  try {
    if (socket.closed) return true;
    socket.resume();
    await withDeadline(() => closed, { timeoutMs: withinMs, signal, onTimeout: () => late });
    return true;
  } catch (thrown) {
    if (thrown === late) return false;
    throw thrown;
  } finally {
    await hangUp(socket);
  }
}

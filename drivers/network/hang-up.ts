import { once } from 'node:events';
import type { Socket } from 'node:net';

/** A device that is well closes its side at once; one that is not is not waited for. */
const answerMs = 1000;

/**
 * Ends a connection and waits, for a moment, until the device has closed its side too: whoever connects then is the only one, also for a device that takes one connection. Never throws.
 */
export async function hangUp(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  const timeUp = AbortSignal.timeout(answerMs);
  socket.on('error', () => undefined);
  socket.resume();
  const closed = once(socket, 'close', { signal: timeUp }).catch(() => undefined);
  socket.end();
  await closed;
  socket.destroy();
}

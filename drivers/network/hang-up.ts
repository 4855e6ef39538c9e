import type { Socket } from 'node:net';
import { pause } from '../../core/deadline.js';

/** A device that is well closes its side at once; one that is not is not waited for. */
const answerMs = 1000;

/**
 * Ends a connection and waits, for a moment, until the device has closed its side too: whoever connects then is the only one, also for a device that takes one connection. Never throws.
 */
export async function hangUp(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  socket.on('error', () => undefined);
  socket.resume();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.end();
  const enough = new AbortController();
  await Promise.race([closed, pause(answerMs, enough.signal).catch(() => undefined)]);
  enough.abort();
  socket.destroy();
}

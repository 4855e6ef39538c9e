import { connect, type Socket } from 'node:net';
import { abortedBy, pause } from '../../core/deadline.js';
import { mayBeStarting, notMet } from './network-error.js';

export interface MeetOptions {
  /** How long a device that does not accept is asked again and again, in ms. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** Between two tries. */
const retryMs = 50;
/** A probe is sent when nothing was heard for so long; a device that has restarted meanwhile then resets the connection. */
const keepAliveMs = 1000;

/**
 * Connects to a TCP port of a device, which may still be starting: retried until the time is up. Throws DUT_SILENT, NETWORK_UNREACHABLE and the
 * signal's reason.
 */
export async function meetDevice(host: string, port: number, options: MeetOptions): Promise<Socket> {
  return untilMet(`${host} port ${port}`, options, (signal) => connectOnce(host, port, signal));
}

/** Tries `attempt` until it succeeds or the time is up; `where` names the device for the error. */
export async function untilMet<T>(
  where: string,
  { timeoutMs, signal }: MeetOptions,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeUp = AbortSignal.timeout(Math.ceil(timeoutMs));
  const stop = signal ? AbortSignal.any([signal, timeUp]) : timeUp;
  let last: unknown = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
  for (;;) {
    try {
      return await attempt(stop);
    } catch (thrown) {
      if (signal?.aborted) throw abortedBy(signal);
      if (!mayBeStarting(thrown)) throw notMet(thrown, where);
      // What the time limit interrupted says nothing; what came before it may.
      if (!timeUp.aborted) last = thrown;
    }
    await pause(retryMs, stop).catch(() => undefined);
    if (signal?.aborted) throw abortedBy(signal);
    if (timeUp.aborted) throw notMet(last, `${where} within ${(timeoutMs / 1000).toFixed(1)} s`);
  }
}

/** One connection attempt, ended by the signal; rejects with what the network says. */
export function connectOnce(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    const stop = () => socket.destroy(abortedBy(signal));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const settled = () => signal.removeEventListener('abort', stop);
    socket.once('error', (error) => {
      settled();
      reject(error);
    });
    socket.once('connect', () => {
      settled();
      socket.removeAllListeners('error');
      // Whoever takes it over listens for errors of his own; in between, one must not end the process.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

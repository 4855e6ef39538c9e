import { writeSync } from 'node:fs';
import { abortedBy, pause, withDeadline } from '../../core/deadline.js';
import { lostError } from './port-errors.js';
import { isTryAgain } from './port-reader.js';
import type { SerialPort } from './serial-port.js';

/** Longest rest before asking again for room, in ms. */
const maxRestMs = 20;

export interface WriteOptions {
  /** Longest time in which the port takes nothing at all. */
  timeoutMs: number;
  signal: AbortSignal;
}

export type PortWriter = (bytes: Uint8Array, options: WriteOptions) => Promise<void>;

/** Writes to a non-blocking port, one call after the other, each waiting for room when the operating system's buffer is full. */
export function makeWriter(port: SerialPort, baudRate: () => number): PortWriter {
  let last: Promise<void> = Promise.resolve();
  let largestBurst = 0;

  const writeNow: PortWriter = async (bytes, { timeoutMs, signal }) => {
    let offset = 0;
    while (offset < bytes.length) {
      if (signal.aborted) throw abortedBy(signal);
      const taken = writeSome(port, bytes, offset);
      offset += taken;
      largestBurst = Math.max(largestBurst, taken);
      if (offset === bytes.length) return;
      await withDeadline((stopped) => roomAgain(stopped), {
        timeoutMs,
        signal,
        onTimeout: () =>
          lostError(port.openOptions.path, `took none of ${bytes.length - offset} bytes in ${timeoutMs} ms`),
      });
    }
  };
  const roomAgain = async (signal: AbortSignal) => {
    // A driver wakes its writer for every few bytes that have left. The buffer is full now and holds at least the largest
    // burst that it ever took, so nothing is lost by not looking until a quarter of that is on the wire.
    const restMs = Math.min(maxRestMs, Math.floor(((largestBurst / 4) * 10_000) / baudRate()));
    if (restMs > 0) await pause(restMs, signal);
    await writable(port, signal);
  };

  return (bytes, options) => {
    const mine = last.then(() => writeNow(bytes, options));
    last = mine.catch(() => undefined);
    return mine;
  };
}

function writeSome(port: SerialPort, bytes: Uint8Array, offset: number): number {
  if (port.fd === null) throw lostError(port.openOptions.path, 'is closed');
  try {
    return writeSync(port.fd, bytes, offset, bytes.length - offset);
  } catch (error) {
    if (isTryAgain(error)) return 0;
    throw lostError(port.openOptions.path, 'cannot be written any more', error);
  }
}

function writable(port: SerialPort, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      port.poller.off('writable', onWritable);
      resolve();
    };
    const onWritable = (error: Error | null) => {
      signal.removeEventListener('abort', stop);
      if (error) reject(lostError(port.openOptions.path, 'was unplugged or closed from outside', error));
      else resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    port.poller.once('writable', onWritable);
  });
}

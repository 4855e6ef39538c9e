import { readSync } from 'node:fs';
import type { SerialPort } from './serial-port.js';
import { pollFlags } from './write-stall.js';

const chunkBytes = 64 * 1024;

export interface PortReader {
  /** Takes what has arrived and drops it. */
  discard(): void;
  stop(): void;
}

/**
 * Hands on whatever arrives until `stop`, or until the port fails, which `onEnd` hears once. Reads are non-blocking and made on
 * the event loop: a read that the poller has announced costs less than a trip through the thread pool.
 */
export function startReader(
  port: SerialPort,
  handlers: { onChunk: (chunk: Buffer) => void; onEnd: (what: string, cause?: unknown) => void },
): PortReader {
  const pool = Buffer.allocUnsafe(chunkBytes);
  const { poller } = port;
  let stopped = false;

  const stop = () => {
    stopped = true;
    poller.off('readable', onReadable);
  };
  const end = (what: string, cause?: unknown) => {
    stop();
    handlers.onEnd(what, cause);
  };
  const onReadable = (error: Error | null) => {
    if (stopped) return;
    if (error) return end('was unplugged or closed from outside', error);
    try {
      takeAll((chunk) => handlers.onChunk(Buffer.from(chunk)));
    } finally {
      if (!stopped) poller.poll(pollFlags.readable);
    }
  };
  const takeAll = (take: (chunk: Buffer) => void) => {
    while (!stopped && port.fd !== null) {
      const count = readSome(port.fd, pool);
      if (count instanceof Error) return end('cannot be read any more', count);
      // A raw port that waits for at least one byte reads nothing only when it has been hung up.
      if (count === 0) return end('was hung up');
      if (count === undefined) return;
      take(pool.subarray(0, count));
      if (count < pool.length) return;
    }
  };

  poller.on('readable', onReadable);
  poller.poll(pollFlags.readable);
  return { discard: () => takeAll(() => undefined), stop };
}

/** Bytes read, undefined when none are there, or the error. */
function readSome(fd: number, into: Buffer): number | undefined | Error {
  try {
    return readSync(fd, into, 0, into.length, null);
  } catch (error) {
    return isTryAgain(error) ? undefined : (error as Error);
  }
}

/** True for the errors of a non-blocking call that mean "not now". */
export function isTryAgain(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EINTR';
}

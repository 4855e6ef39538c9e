import { withDeadline } from '../../core/deadline.js';
import type { RigError } from '../../core/errors.js';
import type { Link, LinkOptions } from './link.js';
import { lostError } from './port-errors.js';
import { startReader } from './port-reader.js';
import { makeWriter } from './port-writer.js';
import { closePort, hasNoBreak, openPort, setPortLines } from './serial-port.js';

const writeTimeoutMs = 2000;
/** Time for a port to send what it holds: 64 KiB at the line rate and this much on top, in ms. */
const drainSlackMs = 2000;

/**
 * Opens a serial port as a link, with DTR and RTS released: an asserted line holds many boards in reset. `note` gets what is not as it should be and can
 * be lived with. Throws PORT_NOT_FOUND (naming the ports there are; the board's fault where the port is its own), PORT_PERMISSION, PORT_BUSY, PORT_LOST.
 */
export async function openSerialLink(
  options: LinkOptions & { note?: (text: string) => void; signal?: AbortSignal },
): Promise<Link> {
  const { path } = options;
  const port = await openPort(options, options.signal);
  const lost = new AbortController();
  const listeners = new Set<(chunk: Buffer) => void>();
  let baudRate = options.baudRate;
  let closing: Promise<void> | undefined;

  const lose = (what: string, cause?: unknown): RigError => {
    if (!lost.signal.aborted) lost.abort(lostError(path, what, cause));
    return lost.signal.reason as RigError;
  };
  const close = () => {
    lose('was closed');
    reader.stop();
    return (closing ??= closePort(port));
  };
  const reader = startReader(port, {
    onChunk: (chunk) => listeners.forEach((listener) => listener(chunk)),
    onEnd: (what, cause) => {
      lose(what, cause);
      void close();
    },
  });
  const writer = makeWriter(port, () => baudRate);

  /** Runs a call of the binding so that it ends with the link, and its failure is the port's. */
  const onPort = (what: string, timeoutMs: number, call: () => Promise<void>) =>
    withDeadline(() => call().catch((error: unknown) => Promise.reject(lose(`cannot ${what}`, error))), {
      timeoutMs,
      signal: lost.signal,
      onTimeout: () => lostError(path, `did not ${what} within ${timeoutMs} ms`),
    });
  const drain = () =>
    onPort('drain', Math.ceil((65_536 * 10_000) / baudRate) + drainSlackMs, () => port.drain());

  const releaseLines = async () => {
    try {
      await setPortLines(port, { dtr: false, rts: false });
    } catch (thrown) {
      if (!options.native || !hasNoBreak(thrown)) throw thrown;
      options.note?.(
        `--- DTR and RTS of ${path} stay asserted: its USB function knows no break, so they cannot be set`,
      );
    }
  };

  try {
    await onPort('release DTR and RTS', writeTimeoutMs, releaseLines);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    path,
    get baudRate() {
      return baudRate;
    },
    lost: lost.signal,
    async write(bytes, { timeoutMs = writeTimeoutMs, signal } = {}) {
      lost.signal.throwIfAborted();
      const either = signal ? AbortSignal.any([lost.signal, signal]) : lost.signal;
      await writer(bytes, { timeoutMs, signal: either });
    },
    onData(listener) {
      // A wrapper, so that one function given twice is two listeners.
      const entry = (chunk: Buffer) => listener(chunk);
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    drain,
    async setBaudRate(rate) {
      // The binding throws away both buffers when it changes the rate.
      await drain();
      await onPort(`change to ${rate} baud`, writeTimeoutMs, () => port.update({ baudRate: rate }));
      baudRate = rate;
    },
    async discardInput() {
      lost.signal.throwIfAborted();
      reader.discard();
    },
    setLines: (lines) => onPort('set DTR and RTS', writeTimeoutMs, () => setPortLines(port, lines)),
    close,
  };
}

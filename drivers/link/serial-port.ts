import { realpath } from 'node:fs/promises';
import type { DarwinPortBinding, LinuxPortBinding } from '@serialport/bindings-cpp';
import { pause, withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { absentBoard } from './absent-board.js';
import { lostError, openError } from './port-errors.js';
import type { LinkOptions } from './link.js';
import { keepWaitingWrites } from './write-stall.js';

/** An open port of the native binding: its descriptor is non-blocking and locked for this process. */
export type SerialPort = LinuxPortBinding | DarwinPortBinding;

const closeTimeoutMs = 2000;
/** Whoever had the port before may still be letting go of it: a tool that is ending, a worker that is being killed. */
const busyForMs = 600;
/** An adapter answers a few requests when it is opened; one that hangs lets each of them time out. */
const openTimeoutMs = 8000;
/** Power, boot loader and enumeration of a board that is its own USB device, in ms. */
export const appearMs = 10_000;
const busyRetryMs = 50;

/**
 * Opens the port raw, 8 data bits and 1 stop bit, exclusively; waits a moment for one that is busy, and longer for a board's own. Throws PORT_NOT_FOUND, PORT_PERMISSION,
 * PORT_BUSY, PORT_LOST.
 */
export async function openPort(options: LinkOptions, signal?: AbortSignal): Promise<SerialPort> {
  // The stream class of `serialport` is left out on purpose: its writes wait for ever once the port is closed, and loading it
  // costs a worker 5 MB more.
  const { DarwinBinding, LinuxBinding } = await import('@serialport/bindings-cpp');
  const { path, baudRate, parity = 'none', native = false } = options;
  const binding = process.platform === 'darwin' ? DarwinBinding : LinuxBinding;
  const began = performance.now();
  for (;;) {
    try {
      const port = await inTime(path, binding.open({ path, baudRate, parity, lock: true }));
      keepWaitingWrites(port.poller);
      return port;
    } catch (thrown) {
      const error = thrown instanceof RigError ? thrown : await openError(path, thrown);
      if (performance.now() - began > patienceMs(error, native))
        throw native && error.code === 'PORT_NOT_FOUND' ? absentBoard(path, appearMs, error) : error;
      await pause(busyRetryMs, signal);
    }
  }
}

/** How long an error of opening may still pass, in ms: a port that has just appeared belongs to nobody until udev has given it away. */
function patienceMs({ code }: RigError, native: boolean): number {
  if (native && (code === 'PORT_NOT_FOUND' || code === 'PORT_PERMISSION' || code === 'PORT_LOST'))
    return appearMs;
  return code === 'PORT_BUSY' ? busyForMs : 0;
}

/** A driver whose device hangs holds up whoever opens it. What it opens too late is closed again. */
async function inTime(path: string, opening: Promise<SerialPort>): Promise<SerialPort> {
  let isLate = false;
  opening.then(
    (port) => isLate && void closePort(port),
    () => undefined,
  );
  return withDeadline(() => opening, {
    timeoutMs: openTimeoutMs,
    onTimeout() {
      isLate = true;
      return lostError(path, `did not open within ${openTimeoutMs} ms: its driver hangs`);
    },
  });
}

/** Sets both lines in one call. A pseudo-terminal has none, which is no error; on any other port it is: see `hasNoBreak` too. */
export async function setPortLines(port: SerialPort, lines: { dtr: boolean; rts: boolean }): Promise<void> {
  try {
    // `set` takes true for whatever is left out, so everything is named. Low latency makes an FTDI adapter pass a short
    // answer on at once instead of after 16 ms.
    await port.set({ ...lines, brk: false, cts: false, dsr: false, lowLatency: true });
  } catch (error) {
    const hasNoLines = error instanceof Error && error.message.includes('Inappropriate ioctl');
    if (!hasNoLines || !(await isPseudoTerminal(port.openOptions.path))) throw error;
  }
}

/**
 * Whether setting the lines failed because the device knows no break, which the binding clears before anything else: the lines then stay as the driver
 * left them, both asserted since it was opened. USB functions of boards often know none (bmCapabilities of CDC ACM).
 */
export function hasNoBreak(thrown: unknown): boolean {
  const cause = thrown instanceof RigError ? thrown.cause : thrown;
  return cause instanceof Error && /Operation not supported/.test(cause.message);
}

/** Closes the port; gives up waiting after 2 s, as closing an unplugged adapter can hang in the driver. */
export async function closePort(port: SerialPort): Promise<void> {
  if (!port.isOpen) return;
  await withDeadline(() => port.close(), {
    timeoutMs: closeTimeoutMs,
    onTimeout: () => new Error('the driver does not close the port'),
  }).catch(() => undefined);
}

/** True for ports such as a virtual board's, which have neither lines nor parity. */
export async function isPseudoTerminal(path: string): Promise<boolean> {
  const device = await realpath(path).catch(() => path);
  return /^\/dev\/(pts\/|ttys)\d+$/.test(device);
}

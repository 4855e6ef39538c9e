import { realpath } from 'node:fs/promises';
import type { DarwinPortBinding, LinuxPortBinding } from '@serialport/bindings-cpp';
import { pause, withDeadline } from '../../core/deadline.js';
import { openError } from './port-errors.js';
import type { LinkOptions } from './link.js';
import { keepWaitingWrites } from './write-stall.js';

/** An open port of the native binding: its descriptor is non-blocking and locked for this process. */
export type SerialPort = LinuxPortBinding | DarwinPortBinding;

const closeTimeoutMs = 2000;
/** Whoever had the port before may still be letting go of it: a tool that is ending, a worker that is being killed. */
const busyForMs = 600;
const busyRetryMs = 50;

/**
 * Opens the port raw, 8 data bits and 1 stop bit, exclusively; waits a moment for one that is busy. Throws PORT_NOT_FOUND, PORT_PERMISSION,
 * PORT_BUSY, PORT_LOST.
 */
export async function openPort(options: LinkOptions): Promise<SerialPort> {
  // The stream class of `serialport` is left out on purpose: its writes wait for ever once the port is closed, and loading it
  // costs a worker 5 MB more.
  const { DarwinBinding, LinuxBinding } = await import('@serialport/bindings-cpp');
  const { path, baudRate, parity = 'none' } = options;
  const binding = process.platform === 'darwin' ? DarwinBinding : LinuxBinding;
  const until = performance.now() + busyForMs;
  for (;;) {
    try {
      const port = await binding.open({ path, baudRate, parity, lock: true });
      keepWaitingWrites(port.poller);
      return port;
    } catch (thrown) {
      const error = await openError(path, thrown);
      if (error.code !== 'PORT_BUSY' || performance.now() > until) throw error;
      await pause(busyRetryMs);
    }
  }
}

/** Sets both lines in one call. A pseudo-terminal has none, which is no error; on any other port it is. */
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

import { RigError } from '../../core/errors.js';
import { resetIntoFirmware } from '../link/auto-reset.js';
import { followPort } from '../link/followed-port.js';
import type { Link, LinkOptions } from '../link/link.js';
import type { ConsoleLog } from './console-log.js';
import { viewOf, type NotingConsole } from './log-view.js';
import { waitForText } from './text-wait.js';

export interface NativeConsoleOptions {
  link: LinkOptions;
  /** Goes on from one appearance of the port to the next; its opener closes it. */
  log: ConsoleLog;
}

/** A console on a port that comes and goes with the board's power. */
export interface NativeConsole extends NotingConsole {
  /** Waits until the port is open. Throws PORT_NOT_FOUND, the board's fault, when it is not within this time. */
  there(options: { timeoutMs: number; signal?: AbortSignal }): Promise<void>;
}

/** What is said to a board that is just coming up waits for its port, in ms. */
const sendWaitMs = 2000;

/**
 * The console of a board that is its own USB device. It is open at once, whether the port is there or not, and listens whenever it is: that the port
 * goes away when the board is reset or switched off ends nothing. What the board says before the host has opened the port may be lost.
 */
export function openNativeConsole({ link: options, log }: NativeConsoleOptions): NativeConsole {
  const closed = new AbortController();
  const port = followPort(options, {
    onOpen(link: Link) {
      log.breakLine();
      log.note(`--- console open: ${link.path} at ${link.baudRate} baud, the board's own USB port`);
      link.onData((chunk) => log.append(chunk));
    },
    onGone: () => log.note(`--- console gone: ${options.path} goes with the board's power or reset`),
    note: (text) => log.note(text),
  });
  const linkNow = () => {
    if (closed.signal.aborted) throw closed.signal.reason;
    return port.there({ timeoutMs: sendWaitMs });
  };
  let closing: Promise<void> | undefined;
  const close = async () => {
    closed.abort(new RigError('PORT_LOST', `the console on ${options.path} was closed`));
    await port.close();
    log.note('--- console closed');
  };
  return {
    ...viewOf(log),
    there: async (wait) => void (await port.there(wait)),
    async sendLine(text) {
      if (log.failure !== undefined) throw log.failure;
      const link = await linkNow();
      log.sent(text);
      await link.write(Buffer.from(`${text}\n`));
    },
    async resetBoard() {
      log.note('--- reset by DTR and RTS');
      await resetIntoFirmware(await linkNow(), closed.signal);
    },
    expectText: (pattern, expectation) => waitForText(log, closed.signal, pattern, expectation),
    close: () => (closing ??= close()),
  };
}

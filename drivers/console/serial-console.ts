import { RigError } from '../../core/errors.js';
import { resetIntoFirmware } from '../link/auto-reset.js';
import type { Link, LinkOptions } from '../link/link.js';
import { openConsoleLog, type ConsoleLog } from './console-log.js';
import { viewOf, type NotingConsole } from './log-view.js';
import { waitForText } from './text-wait.js';

export type SerialConsoleOptions = {
  /** What to open, or an open link, which stays its opener's to close. */
  link: LinkOptions | Link;
  /** What ends a sent line; LF unless told. MicroPython's prompt wants CR. */
  lineEnd?: string;
} & ({ logFile: string } | { log: ConsoleLog });

export type SerialConsole = NotingConsole;

/**
 * The console on a serial port (drivers/link). It listens from the moment it is open. Two consoles one after the other may share a log file;
 * with a `log`, which its opener closes, cursors go on as well. Throws PORT_* and CONSOLE_LOG_FAILED.
 */
export async function openSerialConsole(options: SerialConsoleOptions): Promise<SerialConsole> {
  const log = 'log' in options ? options.log : openConsoleLog({ path: options.logFile });
  const opened = 'onData' in options.link ? undefined : await openLink(options.link, log, 'log' in options);
  const link = opened ?? (options.link as Link);
  const closed = new AbortController();
  const ended = AbortSignal.any([link.lost, closed.signal]);
  log.note(`--- console open: ${link.path} at ${link.baudRate} baud`);
  const stop = link.onData((chunk) => log.append(chunk));
  const onLost = () => log.note(`--- console lost: ${messageOf(link.lost.reason)}`);
  link.lost.addEventListener('abort', onLost);

  const close = async () => {
    closed.abort(new RigError('PORT_LOST', `the console on ${link.path} was closed`));
    stop();
    link.lost.removeEventListener('abort', onLost);
    log.note('--- console closed');
    if (!('log' in options)) log.close();
    await opened?.close();
  };
  let closing: Promise<void> | undefined;
  return {
    ...viewOf(log),
    async sendLine(text) {
      if (log.failure !== undefined) throw log.failure;
      if (ended.aborted) throw ended.reason;
      log.sent(text);
      await link.write(Buffer.from(text + (options.lineEnd ?? '\n')));
    },
    async resetBoard() {
      log.note('--- reset by DTR and RTS');
      await resetIntoFirmware(link, ended);
    },
    expectText: (pattern, expectation) => waitForText(log, ended, pattern, expectation),
    close: () => (closing ??= close()),
  };
}

async function openLink(options: LinkOptions, log: ConsoleLog, shared: boolean): Promise<Link> {
  try {
    const { openSerialLink } = await import('../link/serial-link.js');
    return await openSerialLink(options);
  } catch (thrown) {
    log.note(`--- console not opened: ${messageOf(thrown)}`);
    if (!shared) log.close();
    throw thrown;
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

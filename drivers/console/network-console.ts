import { RigError } from '../../core/errors.js';
import type { MeetOptions } from '../network/connect.js';
import { connectionLost } from '../network/network-error.js';
import type { NetworkAddress } from '../network/network-address.js';
import type { ConsoleLog } from './console-log.js';
import { viewOf, type NotingConsole } from './log-view.js';
import { waitForText } from './text-wait.js';

export interface NetworkConsoleOptions {
  address: NetworkAddress;
  /** Takes everything the device says; its opener closes it. */
  log: ConsoleLog;
  /** How long the device may take until it accepts the connection, in ms: it may still be starting. 10 s unless told. */
  connectTimeoutMs?: number;
  /** Ends the wait for the connection. */
  signal?: AbortSignal;
}

/** A console over a network: its connection ends when the device restarts, and its log goes on with the next one. */
export interface NetworkConsole extends NotingConsole {
  /** Aborted when the connection ended that stands now, with CONNECTION_LOST, or PORT_LOST after `close`, as its reason. */
  readonly lost: AbortSignal;
  /** Connects again, over an open connection as well. Throws what opening and `meanwhile` throw. */
  reconnect(options: ReconnectOptions): Promise<void>;
}

export interface ReconnectOptions extends MeetOptions {
  /** Done once the old connection is closed, before there is a new one: for who has to talk to the device over another. */
  meanwhile?: () => Promise<void>;
}

/** One connection. */
export interface NetworkLine {
  send(text: string): Promise<void>;
  /** Resolves when the device has closed its side too, or does not. */
  close(): Promise<void>;
}

/** Makes one: `received` gets what the device says; `ended` is called once, whoever ended it. */
export type ConnectLine = (
  hooks: {
    received: (bytes: Uint8Array) => void;
    ended: (cause?: unknown) => void;
    note: (text: string) => void;
  },
  options: MeetOptions,
) => Promise<NetworkLine>;

const connectMs = 10_000;

/** A console on connections that `connect` makes. Throws what that throws, and CONSOLE_LOG_FAILED when something is sent. */
export async function openNetworkConsole(
  where: string,
  connect: ConnectLine,
  { log, connectTimeoutMs = connectMs, signal }: Omit<NetworkConsoleOptions, 'address'>,
): Promise<NetworkConsole> {
  let line: NetworkLine | undefined;
  let lost = new AbortController();
  const close = async () => {
    lost.abort(new RigError('PORT_LOST', `the console on ${where} was closed`));
    await line?.close();
    log.note('--- console closed');
  };
  let closed = false;

  const meet = async ({ meanwhile, ...options }: ReconnectOptions) => {
    if (closed) throw new RigError('PORT_LOST', `the console on ${where} was closed`);
    const mine = new AbortController();
    const ended = (cause?: unknown) => {
      if (mine.signal.aborted) return;
      mine.abort(connectionLost(where, 'the console was open', cause));
      if (!closed && lost === mine) log.note(`--- console lost: the connection to ${where} ended`);
    };
    lost.abort(connectionLost(where, 'it was to be made anew'));
    await line?.close();
    lost = mine;
    log.breakLine();
    const hooks = { received: (bytes: Uint8Array) => log.append(bytes), ended, note: log.note };
    try {
      await meanwhile?.();
      line = await connect(hooks, options);
    } catch (thrown) {
      log.note(`--- console not opened: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      mine.abort(thrown);
      throw thrown;
    }
    if (closed) await line.close();
    log.note(`--- console open: ${where}`);
  };

  await meet({ timeoutMs: connectTimeoutMs, ...(signal && { signal }) });
  return {
    ...viewOf(log),
    get lost() {
      return lost.signal;
    },
    async sendLine(text) {
      if (log.failure !== undefined) throw log.failure;
      if (lost.signal.aborted || line === undefined) throw lost.signal.reason;
      log.sent(text);
      await line.send(text);
    },
    resetBoard: () =>
      Promise.reject(
        new RigError(
          'CONFIG_INVALID',
          `a console over a network (${where}) cannot reset a board; give the slot a power line, or the board console.restart`,
        ),
      ),
    expectText: (pattern, expectation) => waitForText(log, lost.signal, pattern, expectation),
    reconnect: meet,
    async close() {
      if (closed) return;
      closed = true;
      await close();
    },
  };
}

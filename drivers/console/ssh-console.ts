import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectOnce, untilMet } from '../network/connect.js';
import { authRefused } from '../network/http.js';
import type { NetworkAddress } from '../network/network-address.js';
import { connectionLost } from '../network/network-error.js';
import type { ConsoleLog } from './console-log.js';
import {
  openNetworkConsole,
  type ConnectLine,
  type NetworkConsole,
  type NetworkConsoleOptions,
} from './network-console.js';

const usualUser = 'root';
/** A server that is up takes a command by then. */
const execMs = 5000;
/** An SSH server is asked whether it lives after so long without a word, and given up after so many times. */
const keepAlive = { keepaliveInterval: 1000, keepaliveCountMax: 5 };

export interface SshConsoleOptions extends NetworkConsoleOptions {
  /** Fingerprint that the server's key must have, as `ssh-keygen -l` prints it: `SHA256:…`. Any key is taken, and noted, unless told. */
  hostKey?: string;
}

/**
 * A console over SSH, at `ports.ssh` of the device's address, with user (`root` unless told) and password. Each line that is sent is run as one command:
 * what it prints on either output goes to the log, and `exit status <n>` when that is not 0, so that a board file sees its failure. Throws DUT_SILENT,
 * NETWORK_UNREACHABLE, AUTH_REFUSED, HOST_KEY_WRONG and the signal's reason.
 */
export function openSshConsole(options: SshConsoleOptions): Promise<NetworkConsole> {
  const { address, hostKey, log } = options;
  const { host, ports } = address;
  const where = `${host} port ${ports.ssh}`;
  const connect: ConnectLine = async ({ ended, note }, meeting) => {
    const { client, fingerprint } = await untilMet(where, meeting, async (signal) =>
      logIn(await connectOnce(host, ports.ssh, signal), { address, hostKey, signal }),
    );
    note(`--- host key ${fingerprint}`);
    let cause: unknown;
    client.on('error', (thrown) => (cause = thrown));
    client.on('close', () => ended(cause));
    return {
      async send(text) {
        await withDeadline(() => execute(client, text, { where, log }), {
          timeoutMs: execMs,
          onTimeout: () => connectionLost(where, `"${text}" was to be run`),
        });
      },
      close: () => void client.destroy(),
    };
  };
  return openNetworkConsole(where, connect, options);
}

interface LogIn {
  address: NetworkAddress;
  hostKey: string | undefined;
  signal: AbortSignal;
}

/** Resolves when commands can be run. */
function logIn(
  sock: Socket,
  { address, hostKey, signal }: LogIn,
): Promise<{ client: Client; fingerprint: string }> {
  const { user = usualUser, password } = address;
  const client = new ssh2.Client();
  let fingerprint = '';
  return new Promise((resolve, reject) => {
    const settle = () => {
      signal.removeEventListener('abort', stop);
      client.off('error', onError).off('close', onClose).off('ready', onReady);
      client.on('error', () => undefined);
    };
    const fail = (thrown: unknown) => {
      settle();
      client.destroy();
      sock.destroy();
      reject(thrown as Error);
    };
    const stop = () => fail(signal.reason);
    const onError = (thrown: Error & { level?: string }) => {
      if (hostKey !== undefined && fingerprint !== '' && fingerprint !== hostKey) {
        const what = `the SSH server of ${address.host} has the host key ${fingerprint}, ${hostKey} was given`;
        return fail(new RigError('HOST_KEY_WRONG', what));
      }
      fail(thrown.level === 'client-authentication' ? authRefused(address, 'SSH server') : thrown);
    };
    const onClose = () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const onReady = () => {
      settle();
      resolve({ client, fingerprint });
    };
    signal.addEventListener('abort', stop, { once: true });
    client.on('error', onError).on('close', onClose).on('ready', onReady);
    client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) =>
      answer(prompts.map(() => password ?? '')),
    );
    client.connect({
      sock,
      username: user,
      ...(password !== undefined && { password, tryKeyboard: true }),
      ...keepAlive,
      // The deadline is the caller's.
      readyTimeout: 0,
      hostVerifier: (key: Buffer) => {
        fingerprint = fingerprintOf(key);
        return hostKey === undefined || fingerprint === hostKey;
      },
    });
  });
}

/** As `ssh-keygen -l` prints it. */
function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Resolves when the server has taken the command. */
function execute(
  client: Client,
  command: string,
  { where, log }: { where: string; log: ConsoleLog },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onEnd = () => reject(connectionLost(where, `"${command}" was to be run`));
    client.once('close', onEnd);
    const refused = (thrown: Error) => {
      const what = `the SSH server at ${where} did not run "${command}": ${thrown.message}`;
      return /not connected/i.test(thrown.message)
        ? connectionLost(where, `"${command}" was to be run`, thrown)
        : new RigError('CONFIG_INVALID', what, { cause: thrown });
    };
    try {
      client.exec(command, (thrown, channel) => {
        client.off('close', onEnd);
        if (thrown) return reject(refused(thrown));
        // At once: a command that is soon done says so in the same packet.
        listen(channel, (bytes) => log.append(bytes));
        resolve();
      });
    } catch (thrown) {
      client.off('close', onEnd);
      reject(refused(thrown as Error));
    }
  });
}

/** Passes on what a command prints; a status that is not 0 stands on a line of its own. */
function listen(channel: ClientChannel, append: (bytes: Uint8Array) => void): void {
  let lastByte = 0x0a;
  let result: string | undefined;
  const heard = (bytes: Buffer) => {
    lastByte = bytes.at(-1) ?? lastByte;
    append(bytes);
  };
  channel.on('error', () => undefined);
  // Nobody is there to type.
  channel.end();
  channel.on('data', heard);
  channel.stderr.on('data', heard);
  channel.on('exit', (status: number | null, signal?: string) => {
    if (status !== 0) result = status === null ? `ended by signal ${signal ?? ''}` : `exit status ${status}`;
  });
  channel.on('close', () => {
    if (lastByte !== 0x0a) heard(Buffer.from('\n'));
    if (result !== undefined) heard(Buffer.from(`${result}\n`));
  });
}

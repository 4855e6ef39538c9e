import type { ClientChannel } from 'ssh2';
import { withDeadline } from '../../core/deadline.js';
import { connectionLost } from '../network/network-error.js';
import { startCommand } from '../network/ssh-command.js';
import { logInBySsh, sshPlace } from '../network/ssh-login.js';
import {
  openNetworkConsole,
  type ConnectLine,
  type NetworkConsole,
  type NetworkConsoleOptions,
} from './network-console.js';

/** A server that is up takes a command by then. */
const execMs = 5000;

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
  const where = sshPlace(address);
  const connect: ConnectLine = async ({ ended, note }, meeting) => {
    const { client, fingerprint } = await logInBySsh(address, { ...meeting, hostKey });
    note(`--- host key ${fingerprint}`);
    let cause: unknown;
    client.on('error', (thrown) => (cause = thrown));
    client.on('close', () => ended(cause));
    return {
      async send(text) {
        const listenAtOnce = (channel: ClientChannel) => listen(channel, (bytes) => log.append(bytes));
        await withDeadline(() => startCommand(client, text, where, listenAtOnce), {
          timeoutMs: execMs,
          onTimeout: () => connectionLost(where, `"${text}" was to be run`),
        });
      },
      close: () => Promise.resolve(void client.destroy()),
    };
  };
  return openNetworkConsole(where, connect, options);
}

/** Passes on what a command prints; a status that is not 0 stands on a line of its own. */
function listen(channel: ClientChannel, append: (bytes: Uint8Array) => void): void {
  let lastByte = 0x0a;
  let result: string | undefined;
  const heard = (bytes: Buffer) => {
    lastByte = bytes.at(-1) ?? lastByte;
    append(bytes);
  };
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

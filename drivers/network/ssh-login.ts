import { createHash } from 'node:crypto';
import ssh2, { type Client } from 'ssh2';
import { RigError } from '../../core/errors.js';
import { connectOnce, untilMet, type MeetOptions } from './connect.js';
import { authRefused } from './http.js';
import type { NetworkAddress } from './network-address.js';

/** A device on which commands can be run. */
export interface SshLogin {
  client: Client;
  /** Of the server's key, as `ssh-keygen -l` prints it: `SHA256:…`. */
  fingerprint: string;
}

const usualUser = 'root';
/** An SSH server is asked whether it lives after so long without a word, and given up after so many times. */
const keepAlive = { keepaliveInterval: 1000, keepaliveCountMax: 5 };

/** Where SSH is, for messages. */
export function sshPlace({ host, ports }: Pick<NetworkAddress, 'host' | 'ports'>): string {
  return `${host} port ${ports.ssh}`;
}

/**
 * Logs in at `ports.ssh` of a device's address, with user (`root` unless told) and password; a device that is just starting is asked again until the time is up. Any
 * host key is taken unless `hostKey` says which. Throws DUT_SILENT, NETWORK_UNREACHABLE, AUTH_REFUSED, HOST_KEY_WRONG and the signal's reason.
 */
export function logInBySsh(
  address: NetworkAddress,
  { hostKey, ...meeting }: MeetOptions & { hostKey?: string | undefined },
): Promise<SshLogin> {
  return untilMet(sshPlace(address), meeting, (signal) => logInOnce(address, hostKey, signal));
}

/** Resolves when commands can be run. */
async function logInOnce(
  address: NetworkAddress,
  hostKey: string | undefined,
  signal: AbortSignal,
): Promise<SshLogin> {
  const { host, ports, user = usualUser, password } = address;
  const sock = await connectOnce(host, ports.ssh, signal);
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
        const what = `the SSH server of ${host} has the host key ${fingerprint}, ${hostKey} was given`;
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

function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

import { access, constants } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { NetworkAddress } from '../network/network-address.js';
import type { LinkOptions } from './link.js';

/** Where a board can be reached. */
export interface Places {
  serial?: LinkOptions;
  bootDrive?: string;
  network?: NetworkAddress;
}

const connectMs = 2000;

/**
 * Proves that every way to the board is there: the port can be opened, the device accepts a connection, the folder of boot drives exists. Nothing is
 * sent. Throws PORT_*, NETWORK_UNREACHABLE.
 */
export async function reach({ serial, bootDrive, network }: Places): Promise<void> {
  if (serial) {
    const { openSerialLink } = await import('./serial-link.js');
    await (await openSerialLink(serial)).close();
  }
  if (bootDrive !== undefined) await reachFolder(dirname(bootDrive));
  if (network) await reachHost(network);
}

/** The drive itself is only there while the board is in its loader. */
async function reachFolder(folder: string): Promise<void> {
  try {
    await access(folder, constants.R_OK | constants.X_OK);
  } catch (cause) {
    throw new RigError('PORT_NOT_FOUND', `${folder}, in which boot drives appear: ${String(cause)}`, {
      cause,
    });
  }
}

/** Not every device has every server; one that answers proves that the device is there. */
async function reachHost({ host, ports }: NetworkAddress): Promise<void> {
  try {
    await Promise.any([ports.http, ports.ssh, ports.console].map((port) => reachPort(host, port)));
  } catch (thrown) {
    throw thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  }
}

async function reachPort(host: string, port: number): Promise<void> {
  const failed = (why: string) => new RigError('NETWORK_UNREACHABLE', `${host} port ${port}: ${why}`);
  await withDeadline(
    (signal) =>
      new Promise<void>((resolve, reject) => {
        const socket = connect({ host, port });
        const end = (settle: () => void) => {
          socket.destroy();
          settle();
        };
        signal.addEventListener('abort', () => socket.destroy(), { once: true });
        socket.once('connect', () => end(resolve));
        socket.once('error', (error) => end(() => reject(failed(error.message))));
      }),
    { timeoutMs: connectMs, onTimeout: () => failed(`no answer within ${connectMs} ms`) },
  );
}

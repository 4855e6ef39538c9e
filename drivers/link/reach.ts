import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RigError } from '../../core/errors.js';
import { meetDevice } from '../network/connect.js';
import { hangUp } from '../network/hang-up.js';
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
 * sent. Throws PORT_*, NETWORK_UNREACHABLE where this host has no way there, and DUT_SILENT where nobody answers.
 */
export async function reach({ serial, bootDrive, network }: Places): Promise<void> {
  // A board that also shows a boot drive may be in its loader, where its port is not.
  if (serial && !(serial.native && bootDrive !== undefined)) {
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

/** Not every device has every server; one that answers proves that the device is there. One after the other: a device that is reached is reached over one connection. */
async function reachHost({ host, ports }: NetworkAddress): Promise<void> {
  let first: unknown;
  for (const port of [ports.http, ports.ssh, ports.console]) {
    try {
      await hangUp(await meetDevice(host, port, { timeoutMs: connectMs }));
      return;
    } catch (thrown) {
      first ??= thrown;
    }
  }
  throw first;
}

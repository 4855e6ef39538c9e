import { RigError } from '../../core/errors.js';
import type { DeviceIdentity } from '../../core/record.js';
import type { HttpIdentity } from '../flash/http-identity.js';
import { connectOnce, untilMet } from './connect.js';
import { replyTo, requestOver, type HttpReply } from './http.js';
import { hangUp } from './hang-up.js';
import type { NetworkAddress } from './network-address.js';

/** A device that is up has answered by then. */
const silentMs = 1500;
const shownBytes = 160;

/**
 * Asks the device's web server who it is. Throws DUT_SILENT within 2 s, NETWORK_UNREACHABLE, AUTH_REFUSED, IDENTITY_UNREADABLE, CONFIG_INVALID for a
 * broken pattern, and the signal's reason.
 */
export async function identifyOverHttp(
  address: NetworkAddress,
  identity: HttpIdentity,
  signal: AbortSignal,
): Promise<DeviceIdentity> {
  const where = `${address.host} port ${address.ports.http}`;
  const reply = await untilMet(where, { timeoutMs: silentMs, signal }, (stop) =>
    getPage(address, identity.get, stop),
  );
  if (reply.status !== 200) {
    const what = `http://${address.host}:${address.ports.http}${identity.get} answers with status ${reply.status}: "${shown(reply.body)}"`;
    throw new RigError('IDENTITY_UNREADABLE', what);
  }
  return readIdentity(reply.body, identity, where);
}

async function getPage(address: NetworkAddress, path: string, signal: AbortSignal): Promise<HttpReply> {
  const { host, ports } = address;
  const socket = await connectOnce(host, ports.http, signal);
  try {
    const sent = requestOver(socket, address, { method: 'GET', path, signal });
    sent.end();
    return await replyTo(sent, address);
  } finally {
    await hangUp(socket);
  }
}

/** Takes the values out of the page. Throws IDENTITY_UNREADABLE and CONFIG_INVALID. */
export function readIdentity(page: string, identity: HttpIdentity, where: string): DeviceIdentity {
  const value = (name: 'chip' | 'id' | 'version'): string | undefined => {
    const pattern = identity[name];
    if (pattern === undefined) return undefined;
    const found = compile(pattern, name).exec(page)?.groups?.['value']?.trim();
    if (found !== undefined && found !== '') return found;
    const what = `${where}: no ${name} by /${pattern}/ in ${identity.get}, which reads "${shown(page)}"`;
    throw new RigError('IDENTITY_UNREADABLE', what);
  };
  const chip = value('chip') ?? '';
  const id = value('id') ?? '';
  const version = value('version');
  const isMac = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(id);
  return {
    chip: chip.toLowerCase().replaceAll('-', ''),
    description: chip,
    ...(isMac ? { mac: id.toLowerCase() } : { uid: id.toLowerCase() }),
    ...(version !== undefined && { version }),
  };
}

function compile(pattern: string, name: string): RegExp {
  try {
    return new RegExp(pattern, 'm');
  } catch (cause) {
    throw new RigError('CONFIG_INVALID', `identity.http.${name}: ${String(cause)}`, { cause });
  }
}

function shown(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > shownBytes ? `${line.slice(0, shownBytes)}…` : line;
}

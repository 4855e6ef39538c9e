import { request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { RigError } from '../../core/errors.js';
import type { NetworkAddress } from './network-address.js';

/** What a device's web server answered. */
export interface HttpReply {
  status: number;
  /** The first 64 KiB. */
  body: string;
}

const mostBodyBytes = 64 * 1024;

/** A request over a connection that stands, with the device's credentials. The `Origin` is that of the device's own page: newer ones ask for it. */
export function requestOver(
  socket: Socket,
  { host, ports, user, password }: NetworkAddress,
  { headers, ...options }: RequestOptions & { headers?: Record<string, string | number> },
): ClientRequest {
  const authority = ports.http === 80 ? host : `${host}:${ports.http}`;
  return request({
    ...options,
    createConnection: () => socket,
    headers: {
      Host: authority,
      Origin: `http://${authority}`,
      Connection: 'close',
      ...(user !== undefined && password !== undefined && { Authorization: basic(user, password) }),
      ...headers,
    },
  });
}

/** Resolves with the whole answer; rejects with what ended the connection before. Throws AUTH_REFUSED for 401 and 403. */
export async function replyTo(sent: ClientRequest, address: NetworkAddress): Promise<HttpReply> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.once('close', () => reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET' })));
  });
  sent.on('error', () => undefined);
  let body = Buffer.alloc(0);
  for await (const chunk of response) {
    if (body.length < mostBodyBytes) body = Buffer.concat([body, chunk as Buffer]);
  }
  const status = response.statusCode ?? 0;
  if (status === 401 || status === 403) throw authRefused(address, 'web server');
  return { status, body: body.toString('utf8') };
}

/** The device wants other credentials than the station file has; neither is said. */
export function authRefused({ host, user, password }: NetworkAddress, server: string): RigError {
  const given =
    password === undefined
      ? 'the station file gives no password'
      : user === undefined
        ? 'it does not take the password of the station file'
        : `it does not take user ${user} with the password of the station file`;
  return new RigError('AUTH_REFUSED', `the ${server} of ${host} asks for a password: ${given}`);
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

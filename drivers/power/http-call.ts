import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { HttpCall, HttpSwitchAddress } from '../../gpio/output.js';

type HttpSwitch = HttpSwitchAddress['http'];

const mostBodyBytes = 64 * 1024;

/**
 * Makes one request, on a connection of its own, since small devices keep few, and returns the body of the answer. Redirects are not followed: a
 * switch that has moved is not the one that was wired. Throws AUTH_REFUSED for 401 and 403, LINE_NOT_FOUND for an address without a switch, and
 * LINE_LOST. No message holds a password, nor the query, in which some devices want one.
 */
export async function callSwitch(call: HttpCall, { user, password, timeoutMs }: HttpSwitch): Promise<string> {
  const url = new URL(call.url);
  const what = `${call.method} ${url.protocol}//${url.host}${url.pathname}`;
  const lost = (why: string, cause?: unknown) =>
    new RigError('LINE_LOST', `${what}: ${why}`, { ...(cause !== undefined && { cause: textOnly(cause) }) });
  const work = async (signal: AbortSignal) => {
    const sent = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: call.method,
      agent: false,
      signal,
      headers: {
        Connection: 'close',
        ...(call.body !== undefined && {
          'Content-Type': call.contentType,
          'Content-Length': Buffer.byteLength(call.body),
        }),
        ...(user !== undefined && { Authorization: basic(user, password ?? '') }),
      },
    });
    sent.end(call.body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.on('error', reject);
    });
    return { response, body: await bodyOf(response) };
  };
  const { response, body } = await withDeadline(
    (signal) => work(signal).catch((cause: unknown) => Promise.reject(lost(reasonOf(cause), cause))),
    { timeoutMs, onTimeout: () => lost(`no answer within ${timeoutMs} ms`) },
  );
  const { statusCode: status = 0 } = response;
  if (status === 401 || status === 403)
    throw authRefused(what, status, user, response.headers['www-authenticate']);
  if (status >= 300 && status < 400)
    throw new RigError(
      'LINE_NOT_FOUND',
      `${what}: redirects elsewhere (${status}), which is not followed; correct the url`,
    );
  if (status === 404 || status === 405 || status === 400)
    throw new RigError(
      'LINE_NOT_FOUND',
      `${what}: answers ${status}: ${quoted(body)}; correct url and method`,
    );
  if (status < 200 || status >= 300) throw lost(`answers ${status}: ${quoted(body)}`);
  return body;
}

/** The beginning of an answer, for messages. */
export function quoted(body: string): string {
  return JSON.stringify(body.trim().slice(0, 160));
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    if (length < mostBodyBytes) chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
  }
  return Buffer.concat(chunks).subarray(0, mostBodyBytes).toString('utf8');
}

function authRefused(
  what: string,
  status: number,
  user: string | undefined,
  asks: string | undefined,
): RigError {
  const given =
    user === undefined
      ? 'the station file names no user'
      : `it does not take user ${user} with the password given`;
  const digest = /^digest/i.test(asks ?? '')
    ? '; it wants digest authentication and this sends basic: switch its authentication off, on a network of the rig’s own'
    : '';
  return new RigError('AUTH_REFUSED', `${what}: answers ${status}: ${given}${digest}`);
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'it drops the connection',
  EHOSTUNREACH: 'it does not answer on the network',
  ENETUNREACH: 'this host has no route there',
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'it does not answer',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; trust it with NODE_EXTRA_CA_CERTS',
};

function reasonOf(thrown: unknown): string {
  const code = (thrown as NodeJS.ErrnoException | null)?.code ?? '';
  return reasons[code] ?? (code || 'the request failed');
}

/** Errors of the network module may hold the whole request, its credentials included. */
function textOnly(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

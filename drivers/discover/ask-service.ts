import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { withDeadline } from '../../core/deadline.js';
import { requestOver } from '../network/http.js';
import type { NetworkAddress } from '../network/network-address.js';

/** Of an answer to an accepted connection, in ms: web servers of microcontrollers are slow. */
const answerMs = 1000;
const mostBytes = 64 * 1024;
const shownCharacters = 160;

/** What a web server says of itself, in one line. */
export interface WebAnswer {
  status: number;
  /** The header `Server`. */
  server?: string;
  /** The page's title. */
  title?: string;
  /** Body of an answer that is no page, as `/info` of firmware that tells who it is. */
  text?: string;
}

/** Asks for a page over a connection that stands, and closes it. Undefined when no HTTP is answered in time. */
export async function askWeb(
  socket: Socket,
  address: NetworkAddress,
  path: string,
): Promise<WebAnswer | undefined> {
  const ask = async (signal: AbortSignal): Promise<WebAnswer> => {
    const sent = requestOver(socket, address, { method: 'GET', path, signal });
    sent.end();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.once('error', reject);
      sent.once('close', () => reject(new Error('no answer')));
    });
    sent.on('error', () => undefined);
    let body = '';
    for await (const chunk of response) {
      body += String(chunk);
      if (body.length > mostBytes) break;
    }
    return answerOf(response, body);
  };
  try {
    return await withDeadline(ask, { timeoutMs: answerMs, onTimeout: () => new Error('no answer') });
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, body: string): WebAnswer {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1];
  const isPage = /<(!doctype|html|head|body|meta)\b/i.test(body);
  const text = isPage ? '' : oneLine(body);
  const server = [headers.server].flat()[0];
  return {
    status: statusCode,
    ...(server !== undefined && { server: oneLine(server) }),
    ...(title !== undefined && oneLine(title) !== '' && { title: oneLine(title) }),
    ...(text !== '' && { text }),
  };
}

/** The first line that a server sends by itself, such as `SSH-2.0-OpenSSH_9.2p1`; closes the connection. Undefined when nothing comes. */
export async function askBanner(socket: Socket): Promise<string | undefined> {
  const listen = () =>
    new Promise<string>((resolve) => {
      let heard = '';
      const done = () => resolve(heard);
      socket.on('data', (chunk: Buffer) => {
        heard = (heard + chunk.toString('latin1')).slice(0, mostBytes);
        if (/[^\r\n][\r\n]/.test(heard)) done();
      });
      socket.once('close', done);
    });
  try {
    const heard = await withDeadline(listen, {
      timeoutMs: answerMs,
      onTimeout: () => new Error('silent'),
    });
    const first = oneLine(heard.trim().split(/[\r\n]/)[0] ?? '');
    return first === '' ? undefined : first;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

/** Printable, and short enough for a table. */
function oneLine(text: string): string {
  const line = text
    .replace(/[^\x20-\x7e\xa0-\uffff]+/g, ' ')
    .replace(/ +/g, ' ')
    .trim();
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line;
}

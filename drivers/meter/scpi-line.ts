import type { Socket } from 'node:net';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectOnce } from '../network/connect.js';

/** The connection went away; a query that is asked again on a new one may be answered. */
export class ConnectionGone extends Error {
  override readonly name = 'ConnectionGone';
}

/** No answer in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** A conversation in lines, one question at a time. */
export interface ScpiLine {
  /** Sends one query and resolves with the line that answers it, without its end. Throws NoAnswer and ConnectionGone. */
  ask(query: string, timeoutMs: number): Promise<string>;
  readonly isOpen: boolean;
  /** May be called twice. */
  close(): void;
}

/** No answer is as long; what goes on and on without an end of line is no instrument. */
const longestLine = 4096;

/** Connects to a raw socket of an instrument. Throws METER_FAILED. */
export async function openScpiLine(host: string, port: number, timeoutMs: number): Promise<ScpiLine> {
  const where = `${host} port ${port}`;
  const socket = await withDeadline((signal) => connectOnce(host, port, signal), {
    timeoutMs,
    onTimeout: () => new RigError('METER_FAILED', `${where} took no connection within ${timeoutMs / 1000} s`),
  }).catch((cause: unknown) => {
    if (cause instanceof RigError) throw cause;
    throw new RigError('METER_FAILED', `cannot connect to the instrument at ${where}: ${reasonOf(cause)}`, {
      cause,
    });
  });
  return lineOn(socket);
}

function reasonOf(cause: unknown): string {
  const why = cause instanceof Error && cause.message !== '' ? cause.message : String(cause);
  return /ECONNREFUSED/.test(why)
    ? `${why}; it is off, its SCPI port is another, or it takes one connection only and somebody else has it`
    : why;
}

function lineOn(socket: Socket): ScpiLine {
  let heard = '';
  let isOpen = true;
  let wake: () => void = () => undefined;
  const end = () => {
    isOpen = false;
    wake();
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    heard += chunk;
    if (heard.length > longestLine && !heard.includes('\n')) socket.destroy();
    wake();
  });
  socket.on('close', end);
  socket.on('end', () => socket.destroy());
  // A meter that nobody asks does not keep a process alive.
  socket.unref();
  const nextLine = async (): Promise<string> => {
    for (;;) {
      const at = heard.indexOf('\n');
      if (at >= 0) {
        const line = heard.slice(0, at);
        heard = heard.slice(at + 1);
        return line.replace(/\r$/, '');
      }
      if (!isOpen) throw new ConnectionGone('the instrument closed the connection');
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    get isOpen() {
      return isOpen;
    },
    async ask(query, timeoutMs) {
      if (!isOpen) throw new ConnectionGone('the instrument closed the connection');
      // What came unasked, as the rest of an answer in two lines, answers nothing of this.
      heard = '';
      socket.write(`${query}\n`);
      return withDeadline(nextLine, { timeoutMs, onTimeout: () => new NoAnswer(query) });
    },
    close() {
      isOpen = false;
      socket.destroy();
    },
  };
}

import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { rm } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { RigError, type Blame } from './errors.js';
import { catalogue, type ErrorCode } from './error-catalogue.js';

/**
 * Requests and notifications as JSON lines: the coordinator and the virtual bench speak it over a unix socket, the guard
 * over its standard input and output.
 * `{"id":1,"op":"lease","args":{…}}` → `{"id":1,"ok":{…}}` or `{"id":1,"error":{code,message,blame,details}}`; without an id
 * it is a notification and has no answer.
 */
export interface RpcPeer {
  /** Aborted when the peer's connection ended, however it ended. */
  readonly closed: AbortSignal;
  notify(op: string, args: unknown): void;
}

export type RpcHandler = (op: string, args: unknown, peer: RpcPeer) => Promise<unknown> | unknown;

/** What `sockaddr_un` holds on Linux; libuv would silently cut a longer one. */
const maxSocketPathBytes = 107;

export interface RpcServer {
  readonly path: string;
  /** How many are connected now. */
  readonly peers: number;
  /** Ends every connection and removes the socket file; may be called twice. */
  close(): Promise<void>;
}

/** Serves `handler` on a unix socket. Requests of one peer may overlap; answers carry the request's id. */
export async function serveRpc(path: string, handler: RpcHandler): Promise<RpcServer> {
  if (Buffer.byteLength(path) > maxSocketPathBytes) {
    const remedy = 'set RIG_RUNTIME_DIR to a folder with a shorter path';
    throw new RigError('CONFIG_INVALID', `${path} is too long for a unix socket; ${remedy}`);
  }
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    servePeer({ input: socket, output: socket }, handler);
  });
  await listen(server, path);
  let closing: Promise<void> | undefined;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await rm(path, { force: true });
  };
  return {
    path,
    get peers() {
      return sockets.size;
    },
    close: () => (closing ??= close()),
  };
}

/** The two ends of a connection: one socket twice, or a process's output and input. */
export interface RpcStreams {
  input: Readable;
  output: Writable;
}

export interface RpcClient {
  /** Sends a request and waits for its answer; rejects with the server's RigError, or when the connection ends. */
  request<T>(op: string, args: unknown): Promise<T>;
  notify(op: string, args: unknown): void;
  /** Aborted when the connection ended. */
  readonly closed: AbortSignal;
  /** May be called twice. */
  close(): void;
  /** Lets the process end although the connection is open. */
  unref(): void;
}

export interface RpcClientOptions {
  /** The error for requests that were open, or are made, after the connection ended. */
  onLost: () => RigError;
  onNotify?: (op: string, args: unknown) => void;
}

/** Connects to a socket that `serveRpc` made. */
export async function connectRpc(path: string, options: RpcClientOptions): Promise<RpcClient> {
  const socket = createConnection(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => reject(Object.assign(options.onLost(), { cause })));
  });
  return Object.assign(rpcClientOver({ input: socket, output: socket }, options), {
    unref: () => void socket.unref(),
  });
}

/** The asking side over streams that are already connected. */
export function rpcClientOver(streams: RpcStreams, options: RpcClientOptions): Omit<RpcClient, 'unref'> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const closed = new AbortController();
  let lastId = 0;
  whenClosed(streams, () => {
    closed.abort();
    for (const request of waiting.values()) request.reject(options.onLost());
    waiting.clear();
  });
  readLines(streams.input, (message) => {
    if (message.id === undefined) return options.onNotify?.(message.op ?? '', message.args);
    const request = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) request?.reject(fromWire(message.error));
    else request?.resolve(message.ok);
  });
  return {
    closed: closed.signal,
    request<T>(op: string, args: unknown): Promise<T> {
      if (closed.signal.aborted) return Promise.reject(options.onLost());
      const id = ++lastId;
      return new Promise<T>((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        send(streams.output, { id, op, args });
      });
    },
    notify: (op, args) => send(streams.output, { op, args }),
    close() {
      streams.input.destroy();
      streams.output.destroy();
    },
  };
}

interface WireError {
  code: string;
  message: string;
  blame: Blame;
  details: Record<string, unknown>;
}

interface Message {
  id?: number;
  op?: string;
  args?: unknown;
  ok?: unknown;
  error?: WireError;
}

/** The answering side over streams that are already connected. */
export function servePeer(streams: RpcStreams, handler: RpcHandler): RpcPeer {
  const { input, output } = streams;
  const closed = new AbortController();
  const peer: RpcPeer = { closed: closed.signal, notify: (op, args) => send(output, { op, args }) };
  whenClosed(streams, () => closed.abort());
  const answer = async (message: Message) => {
    try {
      const ok = await handler(message.op ?? '', message.args, peer);
      if (message.id !== undefined) send(output, { id: message.id, ok: ok ?? null });
    } catch (thrown) {
      if (message.id !== undefined) send(output, { id: message.id, error: toWire(thrown) });
    }
  };
  readLines(input, (message) => void answer(message));
  return peer;
}

/** A connection has ended when its input has; what cannot be written any more is then of no interest. */
function whenClosed({ input, output }: RpcStreams, onClose: () => void): void {
  input.on('error', () => undefined);
  output.on('error', () => undefined);
  input.once('close', onClose);
}

function send(output: Writable, message: Message): void {
  if (!output.destroyed) output.write(`${JSON.stringify(message)}\n`);
}

function readLines(input: Readable, onMessage: (message: Message) => void): void {
  let pending = '';
  input.setEncoding('utf8');
  input.on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      const message = parsed(line);
      if (message) onMessage(message);
      // A peer that does not speak JSON is not ours, or broken: nothing more of it can be trusted.
      else if (line !== '') input.destroy();
    }
  });
}

function parsed(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}

function toWire(thrown: unknown): WireError {
  if (thrown instanceof RigError) {
    const { code, blame, details } = thrown;
    return { code, blame, details, message: thrown.message.slice(code.length + 2) };
  }
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { code: 'INTERNAL_ERROR', blame: 'rig', details: {}, message };
}

function fromWire(error: WireError): RigError {
  const code = error.code in catalogue ? (error.code as ErrorCode) : 'INTERNAL_ERROR';
  return new RigError(code, error.message, { blame: error.blame, details: error.details });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}

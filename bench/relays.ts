import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { BenchSlot } from '../rigs/bench.js';
import { takeNetworkPlace } from './network-place.js';
import { relayAnswer } from './relay-answers.js';

type Relay = NonNullable<BenchSlot['relay']>;

/** One outlet of a relay or PDU. */
export interface Outlet {
  relay: Relay;
  isOn(): boolean;
  switch(on: boolean): void;
}

/** The relays and PDUs of a station: one server for each that the station file names. */
export interface Relays {
  /** Origin on the bench by origin as written: `http://192.168.40.9` to `http://127.64.1.3:8080`. */
  origins: Record<string, string>;
  /** May be called twice. */
  close(): Promise<void>;
}

const longestBody = 64 * 1024;

/** Starts a server for each origin, each at a loopback address of its own. Throws BENCH_FAILED. */
export async function startRelays(outlets: readonly Outlet[], log: (text: string) => void): Promise<Relays> {
  const written = outlets.flatMap(({ relay }) => callsOf(relay).map(({ url }) => new URL(url).origin));
  const started: { origin: string; address: string; close: () => Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.close()));
  };
  try {
    for (const origin of new Set(written))
      started.push({ origin, ...(await startRelay(origin, outlets, log)) });
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { origins: Object.fromEntries(started.map(({ origin, address }) => [origin, address])), close };
}

async function startRelay(
  origin: string,
  outlets: readonly Outlet[],
  log: (text: string) => void,
): Promise<{ address: string; close: () => Promise<void> }> {
  const place = await takeNetworkPlace();
  const { host, ports } = place.address;
  const server = createServer((request, response) => {
    answer(origin, outlets, request, response).catch((thrown: unknown) => {
      log(`relay ${origin}: ${String(thrown)}`);
      response.destroy();
    });
  });
  try {
    await listen(server, host, ports.http);
  } catch (thrown) {
    await place.release();
    throw thrown;
  }
  const end = async (): Promise<void> => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await ended;
    await place.release();
  };
  let ending: Promise<void> | undefined;
  return { address: `http://${host}:${ports.http}`, close: () => (ending ??= end()) };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
}

/** Switches the outlet whose request this is; any other request is not found. */
async function answer(
  origin: string,
  outlets: readonly Outlet[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request);
  const url = new URL(request.url ?? '/', origin);
  const say = (status: number, headers: Record<string, string>, text: string) =>
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text);
  for (const outlet of outlets) {
    const { relay } = outlet;
    const does = (call: Relay['on']) => isCall(call, { method: request.method, url, body });
    const wanted = does(relay.on) ? true : does(relay.off) ? false : undefined;
    if (wanted === undefined && !does(relay.read)) continue;
    if (!isAllowed(relay, request.headers.authorization)) {
      say(401, { 'WWW-Authenticate': 'Basic realm="relay"' }, '{"error":"Unauthorized"}');
      return;
    }
    const wasOn = outlet.isOn();
    if (wanted !== undefined) outlet.switch(wanted);
    say(200, {}, JSON.stringify(relayAnswer({ url, body, wasOn, isOn: outlet.isOn() })));
    return;
  }
  say(404, {}, '{"error":"Not Found"}');
}

function isCall(
  call: Relay['on'],
  { method, url, body }: { method: string | undefined; url: URL; body: string },
): boolean {
  const { origin, pathname, search } = new URL(call.url);
  const isPlace = origin === url.origin && pathname === url.pathname && search === url.search;
  return isPlace && call.method === method && (call.body ?? '') === body;
}

function isAllowed({ user, password }: Relay, authorization: string | undefined): boolean {
  if (user === undefined) return true;
  return authorization === `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += (chunk as Buffer).length;
    if (sizeBytes > longestBody) throw new Error(`a body of more than ${longestBody} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function callsOf({ on, off, read }: Relay): Relay['on'][] {
  return [on, off, read];
}

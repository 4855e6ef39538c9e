import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { NetworkDevice, Service } from './device.js';
import { timings } from '../timings.js';
import { listening } from './listening.js';
import { keepSmallWindow } from './small-window.js';
import { takeUpload } from './upload.js';

/** About that of lwIP on an ESP32. */
const windowBytes = 16 * 1024;

/**
 * The device's web server: `GET /info` says who it is, `POST /update` takes firmware as Arduino's HTTPUpdateServer does. That one answers 200 also when it
 * refuses, and 401 only when it has heard the whole upload.
 */
export async function serveWeb(device: NetworkDevice): Promise<Service> {
  const { address } = device;
  const server = createServer((request, response) => {
    void answer(device, request, response).catch((thrown: unknown) => {
      if (!device.signal.aborted) device.log(`web server: ${String(thrown)}`);
      response.destroy();
    });
  });
  // An upload takes as long as its flash does.
  server.requestTimeout = 0;
  server.on('connection', (socket) => device.onConnection(socket));
  await listening(server, address.host, address.ports.http);
  keepSmallWindow(server, windowBytes);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  device: NetworkDevice,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (device.hung) return;
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://device');
  const isUpload = request.method === 'POST' && pathname === '/update';
  if (!isAuthorized(device, request)) {
    await heardOut(request);
    response.setHeader('WWW-Authenticate', 'Basic realm="Login Required"');
    return send(response, 401, 'text/html', '');
  }
  if (isUpload) return update(device, request, response, searchParams.get('md5') ?? undefined);
  if (request.method === 'GET' && pathname === '/info') {
    return send(response, 200, 'application/json', infoOf(device));
  }
  return send(response, 404, 'text/plain', `Not found: ${pathname}`);
}

async function update(
  device: NetworkDevice,
  request: IncomingMessage,
  response: ServerResponse,
  md5: string | undefined,
): Promise<void> {
  if (!isSameOrigin(request)) {
    await heardOut(request);
    return send(response, 200, 'text/html', 'Update error: Wrong origin received!');
  }
  const error = await takeUpload(device, request, md5);
  if (error !== undefined) {
    device.log(`update refused: ${error}`);
    return send(response, 200, 'text/html', `Update error: ${error}\r\n`);
  }
  device.log('update taken over the web');
  const page = '<META http-equiv="refresh" content="15;URL=/">Update Success! Rebooting...';
  await send(response, 200, 'text/html', page);
  device.restart(timings.updateRestart);
}

/** Such a server answers when it has heard the whole request. */
async function heardOut(request: IncomingMessage): Promise<void> {
  request.resume();
  await finished(request);
}

function send(response: ServerResponse, status: number, type: string, body: string): Promise<void> {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  });
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.end(body, resolve);
  });
}

function infoOf({ app, chip, mac }: NetworkDevice): string {
  const { program, version } = app;
  const shown = { project: program.project, version, chip: chip.toUpperCase(), mac };
  return `${JSON.stringify(shown)}\n`;
}

function isAuthorized({ credentials }: NetworkDevice, { headers }: IncomingMessage): boolean {
  const { user, password } = credentials;
  if (user === undefined || password === undefined) return true;
  return headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A page of another site must not update the device; who has no page has no origin. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { hostsOf } from '../../../drivers/discover/address-range.js';
import { askDevice, scanNetwork } from '../../../drivers/discover/network-hosts.js';

/** Addresses of this process alone, away from those of the bench. */
const net = `127.${20 + (process.pid % 30)}.${process.pid % 250}`;

async function listening(test: TestContext, server: Server, host: string): Promise<number> {
  server.listen({ host, port: 0 });
  await once(server, 'listening');
  test.after(() => void server.close());
  const address = server.address();
  assert(address && typeof address === 'object');
  return address.port;
}

function web(test: TestContext, host: string, answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  test.after(() => server.closeAllConnections());
  return listening(test, server, host);
}

function ssh(test: TestContext, host: string, banner: string): Promise<number> {
  return listening(
    test,
    createTcpServer((socket) => void socket.on('error', () => undefined).write(banner)),
    host,
  );
}

test('a range is its hosts without network and broadcast address', () => {
  assert.deepEqual(hostsOf('192.168.40.5/30'), ['192.168.40.5', '192.168.40.6']);
  assert.deepEqual(hostsOf('10.0.0.7'), ['10.0.0.7']);
  assert.deepEqual(hostsOf('10.0.0.6/31'), ['10.0.0.6', '10.0.0.7']);
  assert.equal(hostsOf('192.168.40.0/22').length, 1022);
  assert.equal(hostsOf('192.168.41.9/22')[0], '192.168.40.1');
});

test('what is no range, or too wide a one, is refused', () => {
  for (const text of [
    '192.168.40.0/21',
    '192.168.40/24',
    'fe80::1/64',
    '10.0.0.0/33',
    '10.0.0.0/24/1',
    '',
    'router',
  ])
    assert.throws(() => hostsOf(text), /^RigError: CONFIG_INVALID: /, text);
  assert.throws(() => hostsOf('10.0.0.0/8'), /16777216 addresses; at most a \/22 \(1024\) is scanned/);
});

test('a scan lists the hosts that answer, with what they say, in the order of their addresses', async (t) => {
  const page = await web(t, `${net}.2`, (_, response) => {
    response.setHeader('Server', 'ESPAsyncWebServer');
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><html><head><title>Living room | ESPHome</title></head></html>');
  });
  const shell = await ssh(t, `${net}.5`, 'SSH-2.0-dropbear_2022.83\r\n');
  const found = await scanNetwork(`${net}.0/29`, {
    ports: { http: [page], ssh: [shell] },
    connectMs: 20_000,
  });
  assert.deepEqual(found, [
    {
      host: `${net}.2`,
      services: [{ kind: 'http', port: page, says: 'Living room | ESPHome (ESPAsyncWebServer)' }],
    },
    { host: `${net}.5`, services: [{ kind: 'ssh', port: shell, says: 'SSH-2.0-dropbear_2022.83' }] },
  ]);
});

test('no more than 64 connections are open at a time', async (t) => {
  let open = 0;
  let most = 0;
  const server = createTcpServer((socket) => {
    most = Math.max(most, (open += 1));
    socket.on('close', () => (open -= 1)).on('error', () => undefined);
    socket.end('SSH-2.0-x\r\n');
  });
  // Every address of the range is this host's.
  const port = await listening(t, server, '0.0.0.0');
  const found = await scanNetwork(`${net}.0/24`, { ports: { http: [], ssh: [port] }, connectMs: 20_000 });
  assert.equal(found.length, 254);
  assert.ok(most <= 64, `${most} at once`);
});

test('a server that accepts and says nothing is listed without a word, and does not hold the scan up', async (t) => {
  const mute = await listening(
    t,
    createTcpServer((socket) => void socket.on('error', () => undefined)),
    `${net}.3`,
  );
  const found = await scanNetwork(`${net}.3/32`, { ports: { http: [mute], ssh: [] }, connectMs: 20_000 });
  assert.deepEqual(found, [{ host: `${net}.3`, services: [{ kind: 'http', port: mute }] }]);
});

test('a station’s device is asked with its credentials who it is', async (t) => {
  const seen: (string | undefined)[] = [];
  const http = await web(t, `${net}.4`, ({ url, headers }, response) => {
    seen.push(headers.authorization);
    if (headers.authorization === undefined) response.statusCode = 401;
    else if (url === '/info') response.setHeader('Content-Type', 'application/json');
    response.end(headers.authorization === undefined ? '' : '{"project":"node","version":"1.2.0"}');
  });
  const shell = await ssh(t, `${net}.4`, 'SSH-2.0-OpenSSH_9.2p1\r\n');
  const ports = { http, ota: 3232, ssh: shell, console: shell };
  const asked = await askDevice({ host: `${net}.4`, ports, user: 'admin', password: 'secret' });
  assert.deepEqual(asked.services, [
    { kind: 'http', port: http, says: '{"project":"node","version":"1.2.0"}' },
    { kind: 'ssh', port: shell, says: 'SSH-2.0-OpenSSH_9.2p1' },
    { kind: 'console', port: shell },
  ]);
  assert.equal(seen[0], `Basic ${Buffer.from('admin:secret').toString('base64')}`);
  const stranger = await askDevice({ host: `${net}.4`, ports });
  assert.equal(stranger.services[0]?.says, 'asks for a password');
});

test('an address at which nobody is has no services', async () => {
  const ports = { http: 1, ota: 1, ssh: 2, console: 3 };
  assert.deepEqual(await askDevice({ host: `${net}.9`, ports }), { host: `${net}.9`, services: [] });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { after, describe, test, type TestContext } from 'node:test';
import { sendForm } from '../../drivers/flash/ota-http/send-form.js';
import { unacknowledgedBytes } from '../../drivers/network/unacknowledged.js';
import { failureOf, imageFolder, noise } from './flash-rig.js';

const host = '127.0.0.1';

describe('the form of a device’s web server', { concurrency: 4 }, () => {
  const folder = imageFolder();
  const app = folder.add('app', 0x10000, noise(3_000_000));
  const small = folder.add('small', 0x10000, noise(5000));
  after(() => folder.remove());

  const serve = async (
    t: TestContext,
    answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  ): Promise<number> => {
    const server = createServer((request, response) => {
      request.on('error', () => undefined);
      // A request that is broken off has no answer.
      void Promise.resolve(answer(request, response)).catch(() => undefined);
    });
    server.listen(0, host);
    await once(server, 'listening');
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  };
  const send = (http: number, image = small, signal = new AbortController().signal) => {
    const done: number[] = [];
    const network = { host, ports: { http, ota: 1, ssh: 1, console: 1 }, user: 'admin', password: 'demo' };
    const onDone = (bytes: number) => done.push(bytes);
    return { work: sendForm({ network, image, signal, onDone, log: () => undefined }), done };
  };
  /** Hears all, then answers. */
  const answering =
    (status: number, body: string) => async (request: IncomingMessage, response: ServerResponse) => {
      await buffer(request);
      response.writeHead(status).end(body);
    };

  test('carries the file, its digest in both places, the credentials and the origin of the page', async (t) => {
    let seen: { request: IncomingMessage; body: string } | undefined;
    const port = await serve(t, async (request, response) => {
      seen = { request, body: (await buffer(request)).toString('latin1') };
      response.end('Update Success! Rebooting...');
    });
    const { work, done } = send(port);
    await work;
    assert.equal(done.at(-1), 5000);
    const { url, headers, method } = seen?.request ?? {};
    assert.deepEqual([method, url], ['POST', `/update?md5=${small.md5}`]);
    assert.equal(headers?.authorization, `Basic ${Buffer.from('admin:demo').toString('base64')}`);
    assert.equal(headers?.origin, `http://${headers?.host}`);
    assert.match(seen?.body ?? '', new RegExp(`name="MD5"\r\n\r\n${small.md5}\r\n`));
    assert.match(seen?.body ?? '', /name="firmware"; filename="small\.bin"\r\n/);
    assert.ok(seen?.body.includes(noise(5000).toString('latin1')));
  });

  test('is judged by what the page says, never by its status', async (t) => {
    const cases: [number, string, RegExp | undefined][] = [
      [200, '<html><b>Update Successful!</b></html>', undefined],
      [200, 'Update error: Not Enough Space', /^FLASH_TOO_SMALL: .*small at 0x10000.*"Not Enough Space"/],
      [200, 'Update error: Flash Write Failed', /^FLASH_WRITE_FAILED/],
      [200, 'FAIL', /^FLASH_WRITE_FAILED: .*"FAIL"/],
      [200, '<h1>Welcome</h1>', /^FLASH_PROTOCOL: .*status 200 and "Welcome"/],
      [200, '', /^FLASH_PROTOCOL/],
      [404, 'Not found: /update', /^FLASH_PROTOCOL: .*status 404/],
      [500, 'Update Success!', /^FLASH_PROTOCOL: .*status 500/],
      [403, 'no', /^AUTH_REFUSED/],
    ];
    for (const [status, body, says] of cases) {
      const { work } = send(await serve(t, answering(status, body)));
      if (says === undefined) await work;
      else assert.match((await failureOf(work)).error.message, says, body);
    }
  });

  test('an answer that comes early ends the sending', async (t) => {
    const port = await serve(t, (_, response) => response.end('Update error: Wrong Magic Byte'));
    const { work, done } = send(port, app);
    assert.match((await failureOf(work)).error.message, /^IMAGE_INVALID: .*Wrong Magic Byte/);
    assert.ok((done.at(-1) ?? 0) < app.sizeBytes, 'everything was sent');
  });

  test('a device that hangs up is lost, and says how far it was', async (t) => {
    const port = await serve(t, (request) => {
      let heard = 0;
      request.on('data', (bytes: Buffer) => {
        heard += bytes.length;
        if (heard > 1_000_000) request.socket.destroy();
      });
    });
    const { error } = await failureOf(send(port, app).work);
    assert.match(error.message, /^CONNECTION_LOST: .* while writing app at 0x[0-9a-f]+ \(\d+ %\)/);
    const mute = await serve(t, async (request) => {
      await buffer(request);
      request.socket.destroy();
    });
    assert.match((await failureOf(send(mute).work)).error.message, /^CONNECTION_LOST: .*small at/);
  });

  test('a device that stops reading is known in 5 s, and where', async (t) => {
    const port = await serve(t, (request) => request.pause());
    const startedAt = performance.now();
    const { error, at } = await failureOf(send(port, app).work);
    assert.match(error.message, /^FLASH_STALLED: .* while writing app at 0x[0-9a-f]+ \((?!100)\d+ %\)/);
    // Whoever waits for the whole answer instead waits a minute.
    assert.ok(at - startedAt < 15_000, `${at - startedAt} ms`);
  });

  test('a file that is shorter or gone is no device’s fault', async (t) => {
    const port = await serve(t, answering(200, 'Update Success!'));
    const short = { ...small, sizeBytes: small.sizeBytes + 1 };
    assert.match(
      (await failureOf(send(port, short).work)).error.message,
      /^IMAGE_INVALID: .*5000 bytes in place/,
    );
    const long = { ...small, sizeBytes: small.sizeBytes - 1 };
    assert.match((await failureOf(send(port, long).work)).error.message, /^IMAGE_INVALID: .*more than 4999/);
    const gone = { ...small, path: `${small.path}.gone` };
    assert.match((await failureOf(send(port, gone).work)).error.message, /^IMAGE_INVALID: .*ENOENT/);
  });

  test('stops at once on request', async (t) => {
    const port = await serve(t, (request) => request.pause());
    const stop = new AbortController();
    const { work } = send(port, app, stop.signal);
    const stopping = setTimeout(() => stop.abort(), 200);
    t.after(() => clearTimeout(stopping));
    const startedAt = performance.now();
    const { at } = await failureOf(work);
    assert.ok(at - startedAt < 1200, `${at - startedAt} ms`);
  });

  test('the kernel says what has not arrived; of a connection that it does not have, nothing', async () => {
    assert.equal(await unacknowledgedBytes({ localPort: 1, remotePort: 2, remoteAddress: host }), 0);
    assert.equal(await unacknowledgedBytes({ localPort: 1, remotePort: 2, remoteAddress: '::1' }), 0);
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { pollUntil, withDeadline } from '../../core/deadline.js';
import { buildGatewayFirmware, gatewayProgram } from '../../firmware/demo-network.js';
import { converse, nodeImage, startDevice } from './network-rig.js';

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

describe('a virtual device on the network', { concurrency: 3 }, () => {
  test('comes from its maker with an application, and takes another by its web server', async (t) => {
    for (const chip of ['esp32', 'esp8266'] as const) {
      const { info, upload, untilVersion, stand } = await startDevice(t, { chip });
      await untilVersion('1.0.0');
      const found = await info();
      assert.deepEqual(
        { chip: found?.chip, mac: found?.mac },
        { chip: chip.toUpperCase(), mac: '24:6f:28:aa:bb:cc' },
      );
      const image = nodeImage(chip, '1.3.0');
      const answer = await upload(image, { query: `?md5=${md5(image)}` });
      assert.match(answer, /Update Success! Rebooting\.\.\.$/);
      await untilVersion('1.3.0');
      // The second update goes elsewhere, and power decides nothing.
      assert.match(await upload(nodeImage(chip, '1.4.0')), /Update Success!/);
      await untilVersion('1.4.0');
      await stand.power.off();
      await stand.power.on();
      await untilVersion('1.4.0');
    }
  });

  test('refuses with 200 what it cannot take, in its framework’s words, and runs on', async (t) => {
    const image = nodeImage('esp32', '1.3.0');
    const damaged = Buffer.from(image);
    damaged[5000] = (damaged[5000] ?? 0) ^ 0xff;
    const cases: [Buffer, string, RegExp][] = [
      [Buffer.from('#!/bin/sh'), '', /^Update error: Wrong Magic Byte/],
      [Buffer.concat([image, Buffer.alloc(1_400_000)]), '', /^Update error: Not Enough Space/],
      [image, `?md5=${'0'.repeat(32)}`, /^Update error: MD5 Check Failed/],
      [damaged, '', /^Update error: Could Not Activate The Firmware/],
      [nodeImage('esp32s3', '1.3.0'), '', /^Update error: Could Not Activate The Firmware/],
      [nodeImage('esp8266', '1.3.0'), '', /^Update error: /],
    ];
    const { upload, untilVersion, info } = await startDevice(t, { chip: 'esp32' });
    await untilVersion('1.0.0');
    for (const [bytes, query, says] of cases) assert.match(await upload(bytes, { query }), says);
    const field: [string, string] = ['md5', '0'.repeat(32)];
    assert.match(await upload(image, { field }), /MD5 Check Failed/);
    assert.equal((await info())?.version, '1.0.0');
  });

  test('has the words of the other core on an ESP8266', async (t) => {
    const { upload, untilVersion } = await startDevice(t, { chip: 'esp8266' });
    await untilVersion('1.0.0');
    assert.match(await upload(Buffer.from('no')), /Update error: ERROR\[10\]: Magic byte is wrong/);
    const answer = await upload(nodeImage('esp8266', '1.3.0'), { query: '?md5=00' });
    assert.match(answer, /ERROR\[7\]: MD5 verification failed: expected: 00, calculated: [0-9a-f]{32}/);
  });

  test('wants user and password where it has them, and the origin of its own page', async (t) => {
    const { address } = await startDevice(t, {
      chip: 'esp32',
      network: { user: 'admin', password: 'demo' },
    });
    const url = `http://${address.host}:${address.ports.http}`;
    const get = (headers: Record<string, string>) => fetch(`${url}/info`, { headers });
    const first = await pollUntil(() => get({}).catch(() => undefined), {
      timeoutMs: 10_000,
      intervalMs: 50,
      onTimeout: () => new Error('it did not come up'),
    });
    assert.equal(first.status, 401);
    const good = { Authorization: `Basic ${Buffer.from('admin:demo').toString('base64')}` };
    assert.equal((await get({ Authorization: `Basic ${btoa('admin:wrong')}` })).status, 401);
    assert.equal((await get(good)).status, 200);
    const update = (origin: string) =>
      fetch(`${url}/update`, { method: 'POST', headers: { ...good, Origin: origin }, body: 'x' });
    assert.match(await (await update('http://elsewhere')).text(), /Wrong origin received/);
    assert.match(await (await update(url)).text(), /Update error: No form received/);
  });

  test('goes on with the old application when an update is cut short by its host or by its power', async (t) => {
    const { stand, address, untilVersion, upload } = await startDevice(t, { chip: 'esp32' });
    await untilVersion('1.0.0');
    const image = nodeImage('esp32', '1.3.0', 256 * 1024);
    const half = () => {
      const boundary = 'x';
      const sent = request({
        host: address.host,
        port: address.ports.http,
        path: '/update',
        method: 'POST',
        headers: {
          'Content-Type': `multipart/form-data; boundary=${boundary}`,
          'Content-Length': image.length + 500,
        },
      });
      sent.on('error', () => undefined);
      sent.write(
        `--${boundary}\r\nContent-Disposition: form-data; name="firmware"; filename="a"\r\n` +
          'Content-Type: application/octet-stream\r\n\r\n',
      );
      return new Promise<typeof sent>((resolve) =>
        sent.write(image.subarray(0, image.length / 2), () => resolve(sent)),
      );
    };
    (await half()).destroy();
    await untilVersion('1.0.0');
    const sent = await half();
    await stand.power.off();
    sent.destroy();
    await stand.power.on();
    await untilVersion('1.0.0');
    assert.match(await upload(image), /Update Success/);
    await untilVersion('1.3.0');
  });

  test('lives on whatever a host of espota does: goes half-way, sends no image, is at a port that is none', async (t) => {
    const { address, untilVersion, upload } = await startDevice(t, { chip: 'esp32' });
    await untilVersion('1.0.0');
    const image = nodeImage('esp32', '1.3.0');
    const offers: [string, (socket: Socket) => void][] = [
      ['half-way', (socket) => void socket.write(image.subarray(0, 4096), () => socket.end())],
      ['reset', (socket) => void socket.write(image.subarray(0, 4096), () => socket.resetAndDestroy())],
      ['no image', (socket) => void socket.write('#!/bin/sh')],
    ];
    for (const [name, offer] of offers) {
      // Sent again until it is heard, as espota does: a device that is busy does not listen.
      let again: NodeJS.Timeout | undefined;
      const hung = new Promise<void>((resolve, reject) => {
        const host = createServer((socket) => {
          clearInterval(again);
          socket.on('error', () => undefined).on('close', () => host.close(() => resolve()));
          socket.resume();
          offer(socket);
        });
        host.on('error', reject).listen(0, '127.0.0.1', () => {
          again = setInterval(() => void invite(address, host, image), 100);
        });
      });
      await withDeadline(() => hung, { timeoutMs: 15_000, onTimeout: () => new Error(`${name} hangs`) });
      await untilVersion('1.0.0');
    }
    await invite(address, { address: () => ({ port: 70_000 }) }, image);
    // Longer than it waits for a silent host.
    for (const version of ['1.3.0', '1.3.1']) {
      assert.match(await upload(nodeImage('esp32', version, 192 * 1024)), /Update Success/);
      await untilVersion(version);
    }
  });

  test('shows its faults: hangs, says another chip and version, has little memory', async (t) => {
    const hung = await startDevice(t, { chip: 'esp32', faults: [{ kind: 'hang', percent: 50 }] });
    await hung.untilVersion('1.0.0');
    const upload = hung.upload(nodeImage('esp32', '1.3.0')).catch((thrown: unknown) => String(thrown));
    const stands = async () => (/main loop stands still/.test(await hung.stand.log()) ? true : undefined);
    const onTimeout = () => new Error('it did not hang');
    await pollUntil(stands, { timeoutMs: 10_000, intervalMs: 50, onTimeout });
    const silent = connect({ host: hung.address.host, port: hung.address.ports.console });
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    silent.write('info\n');
    await hung.stand.power.off();
    assert.match(await upload, /fetch failed|terminated/);
    assert.equal(silent.bytesRead, 0);
    silent.destroy();
    await hung.stand.power.on();
    await hung.untilVersion('1.0.0');

    const wrong = await startDevice(t, {
      chip: 'esp32',
      faults: [
        { kind: 'wrong-chip', chip: 'esp32s3' },
        { kind: 'wrong-version', version: '0.9.9' },
        { kind: 'low-heap', bytes: 1234 },
      ],
    });
    await wrong.untilVersion('0.9.9');
    assert.equal((await wrong.info())?.chip, 'ESP32S3');
    assert.match(await wrong.upload(nodeImage('esp32', '1.3.0')), /Could Not Activate/);
    const { host, ports } = wrong.address;
    assert.match(await converse(host, ports.console, 'mem\n', /OK\r\n/), /heap_free=1234\r\n/);
  });

  test('a gateway starts the newer of two firmwares, and takes no other file', async (t) => {
    const { upload, untilVersion } = await startDevice(t, { chip: 'linux' });
    await untilVersion('1.0.0');
    const image = (version: string) =>
      buildGatewayFirmware({ version, program: gatewayProgram, sizeBytes: 64 * 1024, seed: 3 });
    assert.match(await upload(nodeImage('esp32', '1.3.0')), /Wrong Magic Byte/);
    const torn = image('2.0.0').subarray(0, 500);
    assert.match(await upload(torn), /Could Not Activate/);
    for (const version of ['2.0.0', '2.1.0', '2.2.0']) {
      assert.match(await upload(image(version)), /Update Success/);
      await untilVersion(version);
    }
  });
});

/** Asks the device to fetch the image from that server; it has no password. */
async function invite(
  { host, ports }: { host: string; ports: { ota: number } },
  server: { address(): unknown },
  image: Buffer,
): Promise<void> {
  const { port } = server.address() as { port: number };
  const udp = createSocket('udp4');
  await new Promise<void>((resolve) =>
    udp.send(`0 ${port} ${image.length} ${md5(image)}\n`, ports.ota, host, () => udp.close(resolve)),
  );
}

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { usePort } from './port-user.js';
import { noise, startWire } from './wire-rig.js';

const options = { timeout: 10_000 };

test('every byte passes unchanged in both directions', options, async (t) => {
  const { wire, receive } = await startWire(t);
  const host = usePort(wire.serialPath, 115_200);
  t.after(() => host.close());
  const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  wire.send(all);
  assert.deepEqual(await host.read(256), all);
  await host.write(all);
  assert.deepEqual(await receive(256), all);
});

test('a transfer takes as long as the line needs for ten bits a byte', options, async (t) => {
  const { wire, receive } = await startWire(t, { baudRate: 230_400 });
  const host = usePort(wire.serialPath, 230_400);
  t.after(() => host.close());
  const lineMs = (4608 * 10_000) / 230_400;
  // A board's FIFO holds 128 bytes: so much may be ahead of the line.
  const leastMs = lineMs - (128 * 10_000) / 230_400;
  const start = performance.now();
  await host.write(noise(4608));
  await receive(4608);
  const toBoardMs = performance.now() - start;
  assert.ok(toBoardMs > leastMs, `${toBoardMs} ms to the board`);
  wire.send(noise(4608));
  await host.read(4608);
  const toHostMs = performance.now() - start - toBoardMs;
  assert.ok(toHostMs > leastMs, `${toHostMs} ms to the host`);
});

test('rates without a name in termios work, and 3 % of difference do no harm', options, async (t) => {
  const { wire, receive } = await startWire(t, { baudRate: 250_000 });
  const host = usePort(wire.serialPath, 250_000);
  t.after(() => host.close());
  await host.write(Buffer.from('exactly'));
  assert.equal(String(await receive(7)), 'exactly');
  host.setBaudRate(257_000);
  wire.send(Buffer.from('roughly'));
  assert.equal(String(await host.read(7)), 'roughly');
});

test('the wrong rate gives garbage in both directions, the same at every try', options, async (t) => {
  const tries: string[] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const { wire, receive } = await startWire(t, { baudRate: 115_200 });
    const host = usePort(wire.serialPath, 74_880);
    t.after(() => host.close());
    wire.send(Buffer.from('ets Jul 29 2019 12:21:46'));
    const toHost = await host.read(20);
    await host.write(Buffer.from('hello, board'));
    const toBoard = (await receive(12)).subarray(0, 12);
    assert.notEqual(toHost.toString('latin1').slice(0, 5), 'ets J');
    assert.notEqual(toBoard.toString('latin1').slice(0, 5), 'hello');
    tries.push(`${toHost.toString('hex')} ${toBoard.toString('hex')}`);
  }
  assert.equal(tries[0], tries[1]);
});

test('a board that changes its rate after an answer sends the answer at the old one', options, async (t) => {
  const { wire, receive } = await startWire(t);
  const host = usePort(wire.serialPath, 115_200);
  t.after(() => host.close());
  wire.send(Buffer.from('changing'));
  wire.setBaudRate(921_600, { afterSent: true });
  assert.equal(String(await host.read(8)), 'changing');
  host.setBaudRate(921_600);
  wire.send(Buffer.from('changed'));
  assert.equal(String(await host.read(7)), 'changed');
  await host.write(Buffer.from('heard'));
  assert.equal(String(await receive(5)), 'heard');
});

test('nothing passes without power, and what was under way is lost', options, async (t) => {
  const { wire, received, receive } = await startWire(t);
  const host = usePort(wire.serialPath, 115_200);
  t.after(() => host.close());
  wire.send(noise(5000));
  wire.setPowered(false);
  wire.send(Buffer.from('dark'));
  await host.write(Buffer.from('nobody'));
  await delay(20);
  assert.ok(host.waiting().length < 100, 'at most what had left before');
  assert.equal(received().length, 0);
  const before = host.waiting().length;
  wire.setPowered(true);
  wire.send(Buffer.from('light'));
  assert.equal(String((await host.read(before + 5)).subarray(before)), 'light');
  await host.write(Buffer.from('hello'));
  assert.equal(String(await receive(5)), 'hello');
});

test('a host that writes faster than the line is made to wait and loses nothing', options, async (t) => {
  const { wire, receive } = await startWire(t, { baudRate: 4_000_000 });
  const host = usePort(wire.serialPath, 4_000_000);
  t.after(() => host.close());
  const bytes = noise(300_000);
  let taken = 0;
  for (let stalled = 0; stalled < 3;) {
    const some = host.writeSome(bytes.subarray(taken));
    taken += some;
    stalled = some === 0 ? stalled + 1 : 0;
    await delay(1);
    if (taken === bytes.length) break;
  }
  assert.ok(taken < 200_000, `${taken} bytes were taken while the line was busy with the first of them`);
  await host.write(bytes.subarray(taken));
  assert.ok((await receive(bytes.length)).equals(bytes));
});

test(
  'a host that does not read neither blocks the board nor gets more than a buffer full',
  options,
  async (t) => {
    const { wire, receive } = await startWire(t, { baudRate: 4_000_000 });
    const host = usePort(wire.serialPath, 4_000_000);
    t.after(() => host.close());
    for (let chunk = 0; chunk < 20; chunk += 1) wire.send(noise(10_000));
    await host.write(Buffer.from('still here'));
    assert.equal(String(await receive(10)), 'still here');
  },
);

test(
  'dropped bytes are the same share and the same bytes in every run with the same seed',
  options,
  async (t) => {
    const faults = [{ kind: 'dropped-bytes' as const, share: 0.1 }];
    const survivors: Buffer[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const { wire, received, hangUp } = await startWire(t, { baudRate: 1_000_000, faults, seed: 7 });
      const host = usePort(wire.serialPath, 1_000_000);
      const gone = hangUp();
      await host.write(noise(5000));
      host.close();
      await gone;
      survivors.push(received());
    }
    assert.ok(survivors[0]?.equals(survivors[1] ?? Buffer.alloc(0)));
    const lost = 5000 - (survivors[0]?.length ?? 0);
    assert.ok(lost > 400 && lost < 600, `${lost} of 5000 bytes are lost`);
  },
);

test('close may be called twice and takes the port away', options, async (t) => {
  const { wire } = await startWire(t);
  assert.ok(existsSync(wire.serialPath));
  await Promise.all([wire.close(), wire.close()]);
  await wire.close();
  assert.ok(!existsSync(wire.serialPath));
});

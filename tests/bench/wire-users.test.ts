import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isExclusive } from '../../bench/termios.js';
import { closeSync, constants, openSync } from 'node:fs';
import { usePort } from './port-user.js';
import { noise, startWire } from './wire-rig.js';

const options = { timeout: 10_000 };

test(
  'a hang-up is reported after the last of several users has left and his bytes have arrived',
  options,
  async (t) => {
    const { wire, received, hangUp } = await startWire(t);
    const first = usePort(wire.serialPath, 115_200);
    const second = usePort(wire.serialPath, 115_200);
    let reported = false;
    const gone = hangUp().then(() => (reported = true));
    await first.write(Buffer.from('one'));
    first.close();
    await delay(300);
    assert.ok(!reported, 'the second user still has the port open');
    await second.write(noise(2000));
    second.close();
    await gone;
    assert.equal(received().length, 2003);
  },
);

test('every user is reported once, also one who only looks', options, async (t) => {
  const { wire, hangUp } = await startWire(t);
  for (let turn = 0; turn < 3; turn += 1) {
    const gone = hangUp();
    const user = usePort(wire.serialPath, 115_200);
    await delay(150);
    user.close();
    await gone;
  }
  let again = false;
  wire.onHangUp(() => (again = true));
  await delay(250);
  assert.ok(!again);
});

test(
  'a port that is closed and opened again at once, as some tools do to change its rate, is not hung up',
  options,
  async (t) => {
    const { wire } = await startWire(t);
    let reported = false;
    wire.onHangUp(() => (reported = true));
    let user = usePort(wire.serialPath, 115_200);
    for (let turn = 0; turn < 8; turn += 1) {
      await delay(70);
      user.close();
      await delay(2);
      user = usePort(wire.serialPath, 115_200);
    }
    assert.ok(!reported);
    user.close();
  },
);

test('a claim on the port ends with the user who made it, not before', options, async (t) => {
  const { wire, hangUp } = await startWire(t);
  const claimed = () => {
    const fd = openSync(wire.serialPath, constants.O_RDWR | constants.O_NOCTTY);
    try {
      return isExclusive(fd);
    } finally {
      closeSync(fd);
    }
  };
  const user = usePort(wire.serialPath, 115_200);
  user.claim();
  await delay(250);
  assert.ok(claimed());
  const gone = hangUp();
  user.close();
  await gone;
  assert.ok(!claimed());
});

test('what the board says between two users waits for the next one', options, async (t) => {
  const { wire, hangUp } = await startWire(t);
  const first = usePort(wire.serialPath, 115_200);
  const gone = hangUp();
  await first.write(Buffer.from('x'));
  first.close();
  await gone;
  wire.send(Buffer.from('while you were away'));
  await delay(50);
  const second = usePort(wire.serialPath, 115_200);
  t.after(() => second.close());
  assert.equal(String(await second.read(19)), 'while you were away');
});

test(
  'a board that talks for long to nobody keeps no more than a flush can throw away',
  options,
  async (t) => {
    const { wire } = await startWire(t, { baudRate: 4_000_000 });
    for (let line = 0; line < 100; line += 1) wire.send(noise(1000));
    wire.send(Buffer.from('end'));
    await delay(300);
    const user = usePort(wire.serialPath, 4_000_000);
    t.after(() => user.close());
    await delay(50);
    assert.ok(user.waiting().length <= 4096, `${user.waiting().length} bytes waited`);
  },
);

test(
  'a terminal that its user left in cooked mode is transparent again for the next one',
  options,
  async (t) => {
    const { wire, received, hangUp } = await startWire(t);
    const gone = hangUp();
    const user = usePort(wire.serialPath, 115_200);
    await user.write(Buffer.from('x'));
    spawnSync('stty', ['-F', wire.serialPath, 'sane']);
    user.close();
    await gone;
    wire.send(Buffer.from('no echo\n'));
    await delay(100);
    assert.equal(String(received()), 'x');
  },
);

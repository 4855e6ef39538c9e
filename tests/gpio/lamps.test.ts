import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBackend } from '../../gpio/backend.js';
import { openLamps } from '../../gpio/lamps.js';
import { serveBenchLines } from './bench-lines-server.js';

const addresses = { pass: { chip: 'bench', line: 1 }, fail: { chip: 'bench', line: 2, activeLow: true } };

void test('lamps show pass, fail, busy and nothing, and keep the result when they are closed', async () => {
  const server = await serveBenchLines(Object.values(addresses));
  const backend = await openBackend(server.spec);
  try {
    const lamps = await openLamps(backend, addresses);
    const lit = () => [server.bank.isActive(addresses.pass), server.bank.isActive(addresses.fail)];
    assert.deepEqual(lit(), [false, false]);
    for (const [state, expected] of [
      ['busy', [true, true]],
      ['off', [false, false]],
      ['pass', [true, false]],
      ['fail', [false, true]],
    ] as const) {
      await lamps.show(state);
      assert.deepEqual(lit(), expected);
    }
    await lamps.close();
    await lamps.close();
    assert.deepEqual(lit(), [false, true]);
  } finally {
    await backend.close();
    await server.close();
  }
});

void test('a slot with one lamp or none shows what it can', async () => {
  const server = await serveBenchLines(Object.values(addresses));
  const backend = await openBackend(server.spec);
  try {
    const lamps = await openLamps(backend, { fail: addresses.fail });
    await lamps.show('pass');
    assert.equal(server.bank.isActive(addresses.fail), false);
    await lamps.show('fail');
    assert.equal(server.bank.isActive(addresses.fail), true);
    const none = await openLamps(backend, {});
    await none.show('busy');
    assert.equal(server.bank.read('bench', 1).direction, 'in');
  } finally {
    await backend.close();
    await server.close();
  }
});

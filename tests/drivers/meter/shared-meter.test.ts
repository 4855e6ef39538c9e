import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RigError } from '../../../core/errors.js';
import { shareMeter } from '../../../drivers/meter/shared-meter.js';

/** A meter whose readings end when the test says so. */
function handMeter() {
  const underWay: { resolve: (reading: { railVolts: number }) => void; reject: (why: Error) => void }[] = [];
  const meter = shareMeter({
    read: () => new Promise((resolve, reject) => underWay.push({ resolve, reject })),
    close: () => Promise.resolve(),
  });
  return { meter, underWay };
}

test('never two readings at once; who asks meanwhile gets one that was begun afterwards', async () => {
  const { meter, underWay } = handMeter();
  const first = meter.read();
  const others = [meter.read(), meter.read()];
  assert.equal(underWay.length, 1);
  underWay[0]?.resolve({ railVolts: 1 });
  assert.deepEqual(await first, { railVolts: 1 });
  await new Promise(setImmediate);
  assert.equal(underWay.length, 2);
  underWay[1]?.resolve({ railVolts: 2 });
  assert.deepEqual(await Promise.all(others), [{ railVolts: 2 }, { railVolts: 2 }]);
});

test('a reading that failed is nobody else’s', async () => {
  const { meter, underWay } = handMeter();
  const first = meter.read();
  const second = meter.read();
  underWay[0]?.reject(new RigError('METER_FAILED', 'gone'));
  await assert.rejects(first, /gone/);
  await new Promise(setImmediate);
  underWay[1]?.resolve({ railVolts: 2 });
  assert.deepEqual(await second, { railVolts: 2 });
});

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createSupplySampler } from '../../gpio/supply-sampler.js';

/** A meter that counts its readings: the n-th is n volts; those that are listed fail. */
function countingMeter(t: TestContext, failing: readonly number[] = []) {
  let readings = 0;
  const sampler = createSupplySampler(async () => {
    readings += 1;
    await new Promise(setImmediate);
    if (failing.includes(readings)) throw new Error(`reading ${readings}`);
    return { railVolts: readings };
  });
  t.after(() => sampler.stop());
  return { sampler, count: () => readings };
}

test('a loop that stands still reads when it is asked, and only then', async (t) => {
  const { sampler, count } = countingMeter(t);
  assert.equal((await sampler.next()).railVolts, 1);
  assert.equal(count(), 1);
});

test('whoever asks gets a reading that was begun after that, and all who wait share it', async (t) => {
  const { sampler } = countingMeter(t);
  sampler.start();
  sampler.start();
  const askedAt = performance.now();
  const [first, second] = await Promise.all([sampler.next(), sampler.next()]);
  assert.equal(first, second);
  assert.ok(first.beganAtMs >= askedAt);
});

test('listeners hear every reading, and what fails ends nothing', async (t) => {
  const { sampler } = countingMeter(t, [2]);
  const heard: number[] = [];
  const failures: string[] = [];
  const enough = new Promise<void>((resolve) => {
    sampler.onSample(({ railVolts }) => heard.push(railVolts) === 3 && resolve());
  });
  sampler.onFailure((thrown) => failures.push((thrown as Error).message));
  sampler.start();
  await enough;
  await sampler.stop();
  assert.deepEqual(heard, [1, 3, 4]);
  assert.deepEqual(failures, ['reading 2']);
  assert.deepEqual(
    sampler.since(0).map(({ railVolts }) => railVolts),
    [1, 3, 4],
  );
});

test('who waits while the loop is stopped still gets a reading', async (t) => {
  const { sampler } = countingMeter(t);
  sampler.start();
  const waiting = sampler.next();
  await sampler.stop();
  assert.ok((await waiting).railVolts > 0);
  await sampler.stop();
});

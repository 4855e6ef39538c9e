import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSupplyMeterage } from '../../../drivers/meter/supply-span.js';

/** Meterage that gets readings which take no time. */
function meterage() {
  const made = createSupplyMeterage();
  const read = (atMs: number, railAmps: number, railVolts = 5) =>
    made.add({ beganAtMs: atMs, endedAtMs: atMs, railVolts, railAmps });
  return { ...made, read };
}

const near = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${actual}, not ${expected}`);

test('energy is the area under volts times amperes, and the mean is over time, not over readings', () => {
  const { read, begin } = meterage();
  read(0, 0.1);
  const end = begin(0);
  read(1000, 0.1);
  // A ramp of one second, read at its ends only, and in between more often.
  for (const atMs of [1500, 1600, 1700, 1800, 1900, 2000]) read(atMs, 0.1 + (atMs - 1000) / 10_000);
  const span = end(2000);
  near(span?.joules, 5 * (0.1 + 0.15));
  near(span?.meanAmps, 0.125);
  near(span?.peakAmps, 0.2);
  near(span?.rippleAmps, 0.1);
  near(span?.seconds, 2);
  assert.equal(span?.readings, 7);
});

test('a span begins and ends between readings', () => {
  const { read, begin } = meterage();
  read(0, 0.2);
  const end = begin(50);
  read(100, 0.2);
  near(end(150)?.joules, 5 * 0.2 * 0.1);
});

test('spans overlap without disturbing each other', () => {
  const { read, begin } = meterage();
  read(0, 0.1);
  const outer = begin(0);
  read(1000, 0.1);
  const inner = begin(1000);
  read(2000, 0.1);
  near(inner(2000)?.joules, 0.5);
  near(outer(2000)?.joules, 1);
});

test('time without power draws nothing, and is no gap', () => {
  const { read, begin, cut } = meterage();
  read(0, 0.1);
  const end = begin(0);
  read(100, 0.1);
  cut(200);
  read(10_000, 0.1);
  read(10_100, 0.1);
  const span = end(10_100);
  near(span?.joules, 5 * 0.1 * 0.3);
  near(span?.seconds, 0.3);
  near(span?.longestGapMs, 100);
});

test('the longest time without a reading is told', () => {
  const { read, begin } = meterage();
  read(0, 0.1);
  const end = begin(0);
  read(100, 0.1);
  read(1600, 0.1);
  near(end(1700)?.longestGapMs, 1500);
});

test('a span without a reading of the current says nothing', () => {
  const { begin, add, read } = meterage();
  const end = begin(0);
  add({ beganAtMs: 10, endedAtMs: 11, railVolts: 5 });
  assert.equal(end(100), undefined);
  read(110, 0.1);
  const late = begin(120);
  assert.equal(late(130), undefined);
});

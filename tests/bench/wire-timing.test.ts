import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createHalfLine } from '../../bench/half-line.js';

/** One direction of a line on a clock that the test turns; 100,000 baud are 10 bytes a millisecond. */
function lineOnFakeClock(t: TestContext, aheadMs = 0) {
  let nowMs = 1000;
  let deliveredBytes = 0;
  t.mock.method(performance, 'now', () => nowMs);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let lateMs = 0;
  const line = createHalfLine({
    aheadMs,
    lateness: () => lateMs,
    deliver: (bytes) => (deliveredBytes += bytes.length),
  });
  return {
    line,
    push: (bytes: number) => line.push(Buffer.alloc(bytes), 100_000),
    delivered: () => deliveredBytes,
    setLateness: (ms: number) => (lateMs = ms),
    /** Time passes, and every timer fires when it is due. */
    pass(ms: number) {
      for (let step = 0; step < ms; step += 1) {
        nowMs += 1;
        t.mock.timers.tick(1);
      }
    },
    /** Time passes while the process is busy elsewhere: timers fire late. */
    block(ms: number) {
      nowMs += ms;
      t.mock.timers.tick(ms);
    },
  };
}

test('bytes arrive at line rate, in pieces of a long transfer', (t) => {
  const { push, delivered, pass } = lineOnFakeClock(t);
  push(1000);
  assert.equal(delivered(), 0);
  pass(50);
  assert.ok(delivered() >= 300 && delivered() <= 500, `${delivered()} after half the time`);
  pass(49);
  assert.ok(delivered() < 1000);
  pass(1);
  assert.equal(delivered(), 1000);
});

test('a timer that fires late loses no time of the line', (t) => {
  const { push, delivered, block, pass } = lineOnFakeClock(t);
  push(1000);
  block(60);
  assert.equal(delivered(), 600);
  pass(40);
  assert.equal(delivered(), 1000);
});

test('time without traffic is no credit', (t) => {
  const { push, delivered, pass } = lineOnFakeClock(t);
  push(10);
  pass(1000);
  push(100);
  pass(9);
  assert.ok(delivered() < 110);
  pass(1);
  assert.equal(delivered(), 110);
});

test('an answer to bytes that were delivered late starts when they were due', (t) => {
  const { push, delivered, setLateness, pass } = lineOnFakeClock(t);
  setLateness(5);
  push(100);
  assert.equal(delivered(), 50);
  setLateness(0);
  pass(5);
  assert.equal(delivered(), 100);
});

test('running ahead shifts the bytes but does not raise the rate', (t) => {
  const { push, delivered, pass } = lineOnFakeClock(t, 2);
  push(20);
  assert.equal(delivered(), 20, 'within 2 ms of the line');
  push(1000);
  pass(98);
  assert.ok(delivered() < 1020);
  pass(2);
  assert.equal(delivered(), 1020);
});

test('what waits for the end of a transmission comes after its last byte', (t) => {
  const { line, push, delivered, pass } = lineOnFakeClock(t);
  let sentBefore: number | undefined;
  push(100);
  line.afterSent(() => (sentBefore = delivered()));
  push(50);
  pass(100);
  assert.equal(sentBefore, 100);
  assert.equal(delivered(), 150);
});

test('what was cleared never arrives, and the line works on', (t) => {
  const { line, push, delivered, pass } = lineOnFakeClock(t);
  push(100);
  line.clear();
  pass(100);
  assert.equal(delivered(), 0);
  push(10);
  pass(1);
  assert.equal(delivered(), 10);
});

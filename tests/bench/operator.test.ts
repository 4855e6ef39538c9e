import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createLineBank, linesOf } from '../../bench/lines.js';
import { createSlotOperator } from '../../bench/operator.js';
import type { Nest } from '../../bench/nest.js';
import type { BenchSwaps } from '../../rigs/bench-swaps.js';
import { chip, slotWith } from './board-rig.js';

const pass = { chip, line: 3 };
const fail = { chip, line: 4 };
/** What the operator needs to see a result; the power of a slot without lamps has to be off for longer. */
const seenMs = 100;
const offMs = 2000;

interface Watched {
  power(on: boolean): void;
  lamps(lit: { pass: boolean; fail: boolean }): void;
  write(): void;
  /** `1` is in, `-1` was taken out. */
  moves: number[];
}

/** An operator on a nest without boards, in a time that only this test moves. */
function watch(t: TestContext, swaps: BenchSwaps, { hasLamps = true } = {}): Watched {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const slot = { ...slotWith(), lamps: [pass, fail], ...(hasLamps && { result: { pass, fail } }) };
  const lines = createLineBank(linesOf({ slots: [slot] }), () => undefined);
  const moves: number[] = [];
  let count = 1;
  let isEmpty = false;
  let isTouched = false;
  const nest = {
    get isEmpty() {
      return isEmpty;
    },
    get isTouched() {
      return isTouched;
    },
    get count() {
      return count;
    },
    takeOut: () => void (moves.push(-count), (isEmpty = true), (isTouched = false)),
    putIn: () => void ((isEmpty = false), moves.push((count += 1))),
  } as unknown as Nest;
  const operator = createSlotOperator({ slot, swaps, nest, lines, log: () => undefined });
  t.after(() => operator.close());
  return {
    moves,
    power: (on) => lines.output(chip, 0, on ? 0 : 1),
    lamps(lit) {
      lines.output(chip, 3, lit.pass ? 1 : 0);
      lines.output(chip, 4, lit.fail ? 1 : 0);
    },
    write: () => (isTouched = true),
  };
}

const busy = { pass: true, fail: true };
const dark = { pass: false, fail: false };
const passed = { pass: true, fail: false };

describe('the virtual operator of a slot', () => {
  it('takes the board out when its result has stood for a moment, and puts the next one in later', (t) => {
    const { lamps, moves } = watch(t, { emptyMs: 300 });
    lamps(busy);
    lamps(passed);
    t.mock.timers.tick(seenMs);
    assert.deepEqual(moves, [-1]);
    t.mock.timers.tick(299);
    assert.deepEqual(moves, [-1]);
    t.mock.timers.tick(1);
    assert.deepEqual(moves, [-1, 2]);
    t.mock.timers.tick(10_000);
    assert.deepEqual(moves, [-1, 2], 'one board for one result');
  });

  it('takes lamps that go dark one after the other for no result', (t) => {
    const { lamps, moves } = watch(t, { emptyMs: 0 });
    lamps(busy);
    lamps(dark);
    lamps(busy);
    t.mock.timers.tick(10_000);
    assert.deepEqual(moves, []);
  });

  it('touches nothing while the slot has power', (t) => {
    const { lamps, power, moves } = watch(t, { emptyMs: 300 });
    lamps(busy);
    power(true);
    lamps(passed);
    t.mock.timers.tick(10_000);
    assert.deepEqual(moves, []);
    power(false);
    t.mock.timers.tick(seenMs);
    assert.deepEqual(moves, [-1]);
    power(true);
    t.mock.timers.tick(10_000);
    assert.deepEqual(moves, [-1]);
    power(false);
    assert.deepEqual(moves, [-1, 2]);
  });

  it('leaves a board in whose result was taken back', (t) => {
    const { lamps, power, moves } = watch(t, { emptyMs: 0 });
    power(true);
    lamps(busy);
    lamps(passed);
    lamps(busy);
    power(false);
    t.mock.timers.tick(10_000);
    assert.deepEqual(moves, []);
  });

  it('goes by the power where there are no lamps: it stays off, and something was written', (t) => {
    const { power, write, moves } = watch(t, { emptyMs: 300 }, { hasLamps: false });
    power(true);
    power(false);
    t.mock.timers.tick(10_000);
    assert.deepEqual(moves, [], 'nothing was written yet');
    power(true);
    write();
    power(false);
    t.mock.timers.tick(offMs - 1);
    power(true);
    t.mock.timers.tick(1);
    assert.deepEqual(moves, [], 'that was a power cycle');
    power(false);
    t.mock.timers.tick(offMs);
    t.mock.timers.tick(300);
    assert.deepEqual(moves, [-1, 2]);
  });

  it('has so many boards and no more', (t) => {
    const { lamps, moves } = watch(t, { emptyMs: 0, boards: 2 });
    for (let unit = 0; unit < 3; unit += 1) {
      lamps(busy);
      lamps(passed);
      t.mock.timers.tick(10_000);
    }
    assert.deepEqual(moves, [-1, 2, -2]);
  });
});

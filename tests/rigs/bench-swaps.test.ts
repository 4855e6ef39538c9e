import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boardMac, parseSwaps, swapsIn } from '../../rigs/bench-swaps.js';
import { dealFaults, parseFaults } from '../../rigs/fault-deal.js';

describe('boards that the bench makes', () => {
  it('have an address each, the same in every run', () => {
    const all = Array.from({ length: 8 }, (_, slot) =>
      Array.from({ length: 600 }, (__, count) => boardMac('station1', slot, count + 1)),
    ).flat();
    assert.equal(new Set(all).size, all.length);
    for (const mac of all) assert.match(mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    assert.equal(boardMac('station1', 2), '24:6f:28:84:00:03');
    assert.equal(boardMac('station1', 2, 2), boardMac('station1', 2, 2));
    assert.notEqual(boardMac('station1', 2, 2), boardMac('station2', 2, 2));
  });

  it('end when there is no address left for them', () => {
    assert.throws(() => boardMac('station1', 0, 5000), /^RigError: BENCH_FAILED: .*board 5000 of slot 1/);
    assert.throws(() => boardMac('station1', 300, 2), /BENCH_FAILED/);
    assert.match(boardMac('station1', 300), /:01:2d$/);
  });

  it('have faults by their number, and a throw of the dice each', () => {
    const faults = parseFaults('#3:dead #3:hang@50 panic@500');
    assert.deepEqual(faults[0], { kind: 'dead', units: [3] });
    const of = (unit: number) => dealFaults({ seed: 1, faults }, { id: 'slot1' }, { unit });
    assert.deepEqual(of(2), [{ kind: 'panic', afterMs: 500 }]);
    assert.equal(of(3).length, 3);
    const dice = { seed: 1, faults: [{ kind: 'dead' as const, probability: 0.3 }] };
    const hits = Array.from({ length: 200 }, (_, index) =>
      dealFaults(dice, { id: 'slot1' }, { count: index + 1, unit: index + 1 }),
    ).filter(({ length }) => length > 0).length;
    assert.ok(hits > 35 && hits < 85, `${hits} of 200`);
    assert.deepEqual(dealFaults(dice, { id: 'slot1' }, { count: 1 }), dealFaults(dice, { id: 'slot1' }));
  });

  it('are not named by what is no number', () => {
    assert.throws(() => parseFaults('#0:dead #x:dead'), /'#0:dead', '#x:dead' is not a fault/);
  });
});

describe('the pace of the virtual operator', () => {
  it('is a time, and perhaps a number of boards', () => {
    assert.deepEqual(swapsIn({}), {});
    assert.deepEqual(swapsIn({ RIG_BENCH_SWAPS: ' 300 ' }), { swaps: { emptyMs: 300 } });
    assert.deepEqual(swapsIn({ RIG_BENCH_SWAPS: '0x7' }), { swaps: { emptyMs: 0, boards: 7 } });
  });

  it('is refused when it is anything else', () => {
    for (const text of ['soon', '300x', '300x0', '-1', '1.5', '300 x 7']) {
      assert.throws(() => parseSwaps(text, '--swaps'), /CONFIG_INVALID: --swaps: '.*' does not say how long/);
    }
  });
});

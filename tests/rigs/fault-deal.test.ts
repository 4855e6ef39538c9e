import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dealFaults, parseFaults } from '../../rigs/fault-deal.js';

const slots = Array.from({ length: 200 }, (_, index) => ({ id: `slot${index + 1}` }));

describe('dealing faults', () => {
  it('gives a fault to the slots that it names, or to all when it names none', () => {
    const station = { seed: 1, faults: parseFaults('slot2:dead low-heap@40000') };
    assert.deepEqual(dealFaults(station, { id: 'slot1' }), [{ kind: 'low-heap', bytes: 40000 }]);
    assert.deepEqual(dealFaults(station, { id: 'slot2' }), [
      { kind: 'dead' },
      { kind: 'low-heap', bytes: 40000 },
    ]);
  });

  it('decides a probability by seed and slot, the same at every start', () => {
    const hit = (seed: number) => {
      const station = { seed, faults: [{ kind: 'dead' as const, probability: 0.3 }] };
      return slots.filter((slot) => dealFaults(station, slot).length > 0).map(({ id }) => id);
    };
    assert.deepEqual(hit(1), hit(1));
    assert.notDeepEqual(hit(1), hit(2));
    assert.ok(hit(1).length > 35 && hit(1).length < 85, `${hit(1).length} of 200`);
  });

  it('never gives a fault of probability 0, and always one of probability 1', () => {
    const count = (probability: number) =>
      slots.filter(
        (slot) => dealFaults({ seed: 5, faults: [{ kind: 'dead', probability }] }, slot).length > 0,
      ).length;
    assert.deepEqual([count(0), count(1)], [0, 200]);
  });
});

describe('faults in RIG_FAULTS', () => {
  it('name a slot, a kind and its argument, separated by commas or spaces', () => {
    assert.deepEqual(parseFaults(' slot2:bad-cell@0x20000,slot5:dead  *:hang@50, wrong-version@1.0-RC1\n'), [
      { kind: 'bad-cell', address: 0x20000, slots: ['slot2'] },
      { kind: 'dead', slots: ['slot5'] },
      { kind: 'hang', percent: 50 },
      { kind: 'wrong-version', version: '1.0-RC1' },
    ]);
  });

  it('may have an argument that can be left out', () => {
    assert.deepEqual(parseFaults('short slot2:short@500'), [
      { kind: 'short' },
      { kind: 'short', afterMs: 500, slots: ['slot2'] },
    ]);
    assert.match(messageOf('short@soon slow-rise@59'), /'short@soon', 'slow-rise@59' is not a fault/);
  });

  it('may have colons in their argument', () => {
    const mac = '24:6f:28:00:00:01';
    assert.deepEqual(parseFaults(`duplicate-mac@${mac} slot3:duplicate-mac@${mac.toUpperCase()}`), [
      { kind: 'duplicate-mac', mac },
      { kind: 'duplicate-mac', mac, slots: ['slot3'] },
    ]);
  });

  it('know every kind by its example', () => {
    const known = /one of: (.*)$/.exec(messageOf('?'))?.[1] ?? '';
    assert.equal(parseFaults(known).length, known.split(' ').length);
    assert.ok(known.includes('stuck-on'));
  });

  it('are refused all together, each by name, with the kinds that exist', () => {
    assert.match(
      messageOf('slot1:ded dead@4 panic hang@101 dropped-bytes@2 slot2:dead constructor wrong-chip@8266'),
      /^CONFIG_INVALID: RIG_FAULTS: 'slot1:ded', 'dead@4', 'panic', 'hang@101', 'dropped-bytes@2', 'constructor', 'wrong-chip@8266' is not a fault; .*one of: dead empty no-power slow-rise@1500 short stuck-on bad-cell@0x20000 /,
    );
  });
});

function messageOf(text: string): string {
  try {
    parseFaults(text);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  throw new Error(`${text} was accepted`);
}

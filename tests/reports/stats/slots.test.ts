import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ended, passed } from '../records.js';
import { madeRecords, seeded } from './made-records.js';
import { board, statsOf } from './of-records.js';

describe('slots', () => {
  test('the one that differs is named, by yield and by measurement, and no good one beside it', () => {
    const { slots, slotOffsets } = statsOf([madeRecords({ units: 20_000 })]);
    assert.deepEqual(
      slots.filter(({ differs }) => differs).map(({ place }) => place),
      ['station1/slot3'],
    );
    const found = slotOffsets.found.map(({ place, name, difference }) => [
      place,
      name,
      difference.toFixed(3),
    ]);
    assert.deepEqual(found, [['station1/slot3', 'rail_on', '0.008']]);
    assert.equal(slotOffsets.tests, 32);
  });

  test('none is named where all are alike, in 19 of 20 trials and more', () => {
    const random = seeded(11);
    let named = 0;
    for (let trial = 0; trial < 100; trial += 1) {
      const records = Array.from({ length: 240 }, (_, unit) => {
        const place = { ...board(unit), unit, slot: `slot${unit % 8}` };
        return random() < 0.1 ? ended('BOOT_TIMEOUT', {}, place) : passed(place);
      });
      if (statsOf([records]).slots.some(({ differs }) => differs)) named += 1;
    }
    assert.ok(named <= 10, `${named} of 100`);
  });

  test('with fewer than five units are not tested', () => {
    const records = Array.from({ length: 24 }, (_, unit) =>
      passed({ ...board(unit), unit, slot: `slot${unit % 8}` }),
    );
    assert.ok(statsOf([records]).slots.every(({ p, units }) => p === null && units === 3));
  });
});

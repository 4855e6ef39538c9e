import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { passed } from '../records.js';
import { board, during, statsOf } from './of-records.js';
import { agrees } from './six-digits.js';

describe('times', () => {
  test('leave breaks out of working time, cycle and waiting', () => {
    const unit = (number: number, from: number, to: number) =>
      passed({ ...board(number), unit: number, ...during(from, to) });
    const { times } = statsOf([[unit(1, 0, 20), unit(2, 30, 50), unit(3, 4000, 4020)]]);
    const [pace] = times.stations;
    agrees([pace?.workingHours, pace?.unitsPerHour], [70 / 3600, (3 * 3600) / 70]);
    assert.deepEqual(
      [times.cycleSeconds?.n, times.cycleSeconds?.mean, times.waitingSeconds?.mean],
      [1, 30, 10],
    );
    assert.equal(times.attemptSeconds?.mean, 20);
  });

  test('of flashing count only attempts that wrote something', () => {
    const { flash } = passed({ slot: 'slot1' });
    assert.ok(flash);
    const { times } = statsOf([
      [
        passed({
          ...board(1),
          unit: 1,
          flash: { ...flash, seconds: 4, writeSeconds: 2, sizeBytes: 800, wireBytes: 500 },
        }),
        passed({ ...board(2), unit: 2, flash: { ...flash, seconds: 1, sizeBytes: 0 } }),
      ],
    ]);
    const figures = [times.flashSeconds, times.flashBytesPerSecond, times.wireBytesPerSecond];
    assert.deepEqual(
      figures.map((figure) => [figure?.n, figure?.mean]),
      [
        [1, 4],
        [1, 200],
        [1, 250],
      ],
    );
  });
});

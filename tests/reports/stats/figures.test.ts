import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Measurement } from '../../../core/measurement.js';
import type { AttemptRecord } from '../../../core/record.js';
import { ended, passed } from '../records.js';
import { madeRecords, seeded } from './made-records.js';
import { board, during, statsOf } from './of-records.js';
import { michelson, reference } from './published.js';
import { agrees } from './six-digits.js';

const volts = (value: number, limits: Measurement['limits'] = { min: 3, max: 4 }): Measurement => {
  const isOutside = value < (limits.min ?? -Infinity) || value > (limits.max ?? Infinity);
  return { name: 'rail', value, unit: 'V', limits, result: isOutside ? 'fail' : 'pass', step: 'rail' };
};
const steps = (...results: readonly (readonly [string, 'pass' | 'fail'])[]) =>
  results
    .map(([name, result]) => ({ name, result, ...during(0, 1) }))
    .map(({ name, result, startedAt, endedAt }) => ({ name, result, startedAt, endedAt }));

describe('yields', () => {
  test('first pass, final, retests and the rolled product count what they say', () => {
    const good = steps(['flash', 'pass'], ['boot', 'pass']);
    const unit = (number: number, replace: Partial<AttemptRecord>) => ({
      ...board(number),
      unit: number,
      ...replace,
    });
    const { yields } = statsOf([
      [
        passed(unit(1, { steps: good })),
        passed(unit(2, { steps: good })),
        ended('FLASH_STALLED', {}, unit(3, { steps: steps(['flash', 'fail']) })),
        passed(unit(3, { steps: good })),
        ended(
          'BOOT_TIMEOUT',
          {},
          unit(4, { steps: steps(['flash', 'pass'], ['boot', 'fail'], ['boot › inner', 'fail']) }),
        ),
        ended('PORT_LOST', {}, unit(4, { steps: steps(['flash', 'fail']) })),
        ended('NO_PROOF', {}, unit(5, { steps: good })),
      ],
    ]);
    assert.deepEqual([yields.units, yields.passed, yields.failed, yields.errors], [5, 3, 0, 2]);
    assert.deepEqual([yields.firstPass.count, yields.final.count, yields.retests.rate.count], [2, 3, 2]);
    assert.deepEqual(
      yields.steps.map(({ step, count, n }) => [step, count, n]),
      [
        ['flash', 4, 5],
        ['boot', 3, 4],
        ['', 4, 5],
      ],
    );
    agrees(yields.rolled, (4 / 5) * (3 / 4) * (4 / 5));
  });

  test('the rolled product is the first-pass yield where every failure ends its attempt in a step', () => {
    const { yields } = statsOf([madeRecords({ units: 4000 })]);
    agrees(yields.rolled, yields.firstPass.value);
  });

  test('of no unit are null, not 0', () => {
    const { yields, trend, pareto, times } = statsOf([[]]);
    assert.deepEqual([yields.firstPass.value, yields.final.interval, yields.rolled], [null, null, null]);
    assert.deepEqual([trend.points, pareto.rows, times.attemptSeconds], [[], [], null]);
  });
});

describe('the Pareto of error codes', () => {
  test('counts every attempt, says what is still wrong, and adds up to all', () => {
    const at = (unit: number) => ({ ...board(unit), unit });
    const { pareto } = statsOf([
      [
        ended('BOOT_TIMEOUT', {}, at(1)),
        ended('BOOT_TIMEOUT', {}, at(1)),
        ended('PORT_LOST', {}, at(2)),
        passed(at(2)),
        ended('BOOT_TIMEOUT', {}, at(3)),
      ],
    ]);
    assert.deepEqual([pareto.attempts, pareto.blame], [4, { dut: 3, rig: 1 }]);
    const [first, last] = pareto.rows;
    assert.deepEqual(
      [first?.code, first?.attempts, first?.units, first?.stillFailed],
      ['BOOT_TIMEOUT', 3, 2, 2],
    );
    assert.deepEqual(
      [last?.code, last?.stillFailed, last?.cumulative, last?.blame],
      ['PORT_LOST', 0, 1, { rig: 1 }],
    );
    assert.match(first?.remedy ?? '', /Read the last console lines/);
  });
});

describe('measurements', () => {
  const measure = (values: readonly number[], limits?: Measurement['limits']) =>
    values.map((value, index) =>
      passed({ ...board(index), unit: index, measurements: [volts(value, limits)] }),
    );

  test('of the Michelson data have the figures of an independent calculation, to six digits', () => {
    const { min, max } = reference.michelson.limits;
    const [figures] = statsOf([measure(michelson.values, { min, max })]).measurements;
    const { n, mean, sd, percentiles, within, overall, andersonDarling } = reference.michelson;
    agrees(figures, { description: { n, mean, sd, percentiles }, within, overall });
    agrees(figures?.normality?.statistic, andersonDarling);
    assert.deepEqual(figures?.warnings, []);
  });

  test('take the first value of a unit, and none of an attempt that the rig spoilt', () => {
    const unit = { ...board(1), unit: 1 };
    const [figures] = statsOf([
      [
        ended('PORT_LOST', {}, { ...unit, measurements: [volts(9)] }),
        ended('CHECK_LIMIT', {}, { ...unit, measurements: [volts(2.5)] }),
        passed({ ...unit, measurements: [volts(3.3)] }),
      ],
    ]).measurements;
    assert.deepEqual([figures?.n, figures?.description?.mean, figures?.outside.count], [1, 2.5, 1]);
  });

  test('keep boards, releases and sets of limits apart', () => {
    const other = { name: 'demo-1.3.0', version: '1.3.0', sha256: 'cd'.repeat(32) };
    const { measurements } = statsOf([
      [
        passed({ ...board(1), unit: 1, measurements: [volts(3.3)] }),
        passed({ ...board(2), unit: 2, measurements: [volts(3.3, { min: 3, max: 3.6 })] }),
        passed({ ...board(3), unit: 3, measurements: [volts(3.3)], release: other }),
        passed({ ...board(4), unit: 4, measurements: [volts(3.3)], board: 'pico' }),
      ],
    ]);
    assert.deepEqual(
      measurements.map(({ n, limits, release, board: name }) => [n, limits?.max, release, name]),
      [
        [1, 4, 'demo-1.2.0', 'esp32-devkit'],
        [1, 3.6, 'demo-1.2.0', 'esp32-devkit'],
        [1, 4, 'demo-1.3.0', 'esp32-devkit'],
        [1, 4, 'demo-1.2.0', 'pico'],
      ],
    );
  });

  test('say what stands against their figures', () => {
    const warnings = (values: readonly number[]) =>
      statsOf([measure(values)]).measurements[0]?.warnings.join('; ') ?? '';
    const random = seeded(4);
    const many = (kind: () => number) => Array.from({ length: 200 }, kind);
    assert.match(warnings([3.3, 3.4]), /fewer than 30 values/);
    assert.match(warnings(many(() => 3.3)), /all values are the same/);
    assert.match(warnings(many(() => 3.3 + Math.round(random() * 3) / 100)), /only 4 different values/);
    assert.match(warnings(many(() => 3 - Math.log(1 - random()) / 10)), /not normally distributed/);
    assert.match(warnings([3.3, 3.4, Number.NaN, 1e200]), /2 without a finite number/);
  });

  test('have no capability where nothing varies, without limits, and for text', () => {
    const text: Measurement = {
      name: 'ip',
      value: 'x',
      unit: '',
      limits: { equals: 'y' },
      result: 'fail',
      step: 'a',
    };
    const all = statsOf([
      [
        ...measure([3.3, 3.3, 3.3]),
        passed({ ...board(9), unit: 9, measurements: [text, { ...volts(1, {}), name: 'free' }] }),
      ],
    ]).measurements;
    assert.ok(all.every(({ within, overall }) => within === null && overall === null));
    assert.deepEqual(
      all.map(({ name, outside }) => [name, outside.count]),
      [
        ['rail', 0],
        ['ip', 1],
        ['free', 0],
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { capability } from '../../../reports/stats/capability.js';
import { describe as described } from '../../../reports/stats/describe.js';
import { chiSquaredQuantile, normalQuantile, studentTwoSided } from '../../../reports/stats/distributions.js';
import { histogramOf } from '../../../reports/stats/histogram.js';
import { wilson } from '../../../reports/stats/interval.js';
import { combined, momentsOf } from '../../../reports/stats/moments.js';
import { movingRanges } from '../../../reports/stats/moving-range.js';
import { andersonDarling } from '../../../reports/stats/normality.js';
import { percentile } from '../../../reports/stats/percentile.js';
import { fisherTwoSided, welch } from '../../../reports/stats/significance.js';
import { seeded } from './made-records.js';
import { heatFlowMeter, michelson, reference } from './published.js';
import { agrees } from './six-digits.js';

const sets = [
  { name: 'Michelson', values: michelson.values, expected: reference.michelson },
  { name: 'heat flow meter', values: heatFlowMeter.values, expected: reference.heatFlowMeter },
];

test('mean and standard deviation of the Michelson data are those that NIST certifies', () => {
  agrees(described(Float64Array.from(michelson.values)), michelson.certified);
});

for (const { name, values, expected } of sets) {
  describe(`the published data set ${name}`, () => {
    const numbers = Float64Array.from(values);
    const sorted = numbers.toSorted();
    const figures = described(numbers);

    test('has the mean, standard deviation, percentiles and Anderson-Darling statistic that SciPy finds', () => {
      const { n, mean, sd, percentiles } = expected;
      agrees(figures, { n, mean, sd, percentiles });
      agrees(andersonDarling(sorted, expected.mean, expected.sd).statistic, expected.andersonDarling);
    });

    test('has the Cp, Cpk, Pp and Ppk that an independent calculation finds, with their intervals', () => {
      const ranges = movingRanges();
      for (const value of values) ranges.add(0, value);
      const within = ranges.spread();
      assert.ok(within);
      agrees(within, { sigma: expected.within.sigma, degrees: expected.within.degrees });
      const { mean, n, limits } = expected;
      agrees(capability({ mean, n, ...within }, limits), pair(expected.within));
      agrees(capability({ mean, n, sigma: expected.sd, degrees: n - 1 }, limits), pair(expected.overall));
    });
  });
}

function pair({ spread, centred }: (typeof reference.michelson)['within']) {
  return { spread, centred };
}

describe('the examples of the NIST e-Handbook', () => {
  test('6.1.6: Cp is 1 and Cpk 0.6667 for limits 8 and 20, mean 16, σ 2', () => {
    const { spread, centred } = capability({ mean: 16, sigma: 2, n: 50, degrees: 49 }, { min: 8, max: 20 });
    assert.equal(spread?.value, 1);
    assert.equal(centred?.value.toFixed(4), '0.6667');
  });

  test('6.3.2.2: the moving ranges of the flow rates put the limits at 45.8159 and 55.8041', () => {
    const rates = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1];
    const ranges = movingRanges();
    for (const rate of rates) ranges.add(0, rate);
    const { mean } = momentsOf(Float64Array.from(rates));
    const sigma = ranges.spread()?.sigma ?? Number.NaN;
    const limits = [mean - 3 * sigma, mean, mean + 3 * sigma].map((value) => value.toFixed(4));
    assert.deepEqual(limits, ['45.8159', '50.8100', '55.8041']);
  });

  test('7.2.6.2: the 90th percentile of twelve gauge readings is 95.1981', () => {
    const readings = [
      95.1772, 95.1567, 95.1937, 95.1959, 95.1442, 95.061, 95.1591, 95.1195, 95.1065, 95.0925, 95.199,
      95.1682,
    ];
    assert.equal(percentile(Float64Array.from(readings).sort(), 0.9).toFixed(4), '95.1981');
  });
});

describe('tests and intervals', () => {
  test('agree with SciPy to six digits', () => {
    for (const { count, n, low, high } of reference.wilson) agrees(wilson(count, n), { low, high });
    for (const { p, ...counts } of reference.fisher)
      agrees(fisherTwoSided(counts), p, JSON.stringify(counts));
    for (const [index, expected] of reference.michelsonRunsAgainstTheOthers.entries()) {
      const inRun = (at: number) => Math.floor(at / 20) === index;
      const run = michelson.values.filter((_, at) => inRun(at));
      const others = michelson.values.filter((_, at) => !inRun(at));
      agrees(welch(momentsOf(Float64Array.from(run)), momentsOf(Float64Array.from(others))), expected);
    }
    for (const [p, z] of Object.entries(reference.normalQuantile))
      assert.ok(Math.abs(normalQuantile(Number(p)) - z) < 1e-12);
    for (const [p, df, x] of reference.chiSquaredQuantile) agrees(chiSquaredQuantile(p, df), x);
    for (const [t, df, p] of reference.studentTwoSided) agrees(studentTwoSided(t, df), p);
  });

  test('a share of 0 or all has an interval that ends there', () => {
    assert.equal(wilson(0, 20).low, 0);
    assert.equal(wilson(20, 20).high, 1);
  });

  test('Fisher’s test is symmetrical, and 1 where nothing differs', () => {
    const random = seeded(5);
    for (let i = 0; i < 200; i += 1) {
      const [good, bad, otherGood, otherBad] = [0, 0, 0, 0].map(() => Math.floor(random() * 40));
      const counts = { good: good!, bad: bad!, otherGood: otherGood!, otherBad: otherBad! };
      const p = fisherTwoSided(counts);
      assert.ok(p > 0 && p <= 1);
      const turned = { good: otherGood!, bad: otherBad!, otherGood: good!, otherBad: bad! };
      agrees(fisherTwoSided(turned), p, JSON.stringify(counts));
    }
    assert.equal(fisherTwoSided({ good: 10, bad: 0, otherGood: 70, otherBad: 0 }), 1);
  });

  test('a one-sided limit has no Cp, and Cpk of its side; no limit has neither', () => {
    const spread = { mean: 5, sigma: 1, n: 40, degrees: 39 };
    assert.equal(capability(spread, { min: 2 }).spread, null);
    assert.equal(capability(spread, { min: 2 }).centred?.value, 1);
    assert.equal(capability(spread, { max: 11 }).centred?.value, 2);
    assert.deepEqual(capability(spread, {}), { spread: null, centred: null });
  });
});

describe('moments', () => {
  test('are those of all values when they are combined from parts', () => {
    const all = Float64Array.from(michelson.values);
    const parts = [all.subarray(0, 7), all.subarray(7, 60), all.subarray(60)].map(momentsOf);
    agrees(parts.reduce(combined), momentsOf(all));
  });

  test('keep their digits far from 0 (NIST StRD NumAcc4)', () => {
    const values = Float64Array.from([
      10_000_000.2,
      ...Array.from({ length: 1000 }, (_, i) => 10_000_000.1 + 0.2 * (i % 2)),
    ]);
    const { mean, squares, n } = momentsOf(values);
    assert.ok(Math.abs(mean - 10_000_000.2) < 1e-8);
    assert.ok(Math.abs(Math.sqrt(squares / (n - 1)) - 0.1) < 1e-8);
  });
});

describe('moving ranges', () => {
  test('do not see an offset between slots, nor a slow drift', () => {
    const random = seeded(3);
    const noise = () => random() - 0.5;
    const apart = movingRanges();
    const one = movingRanges();
    for (let i = 0; i < 4000; i += 1) {
      const value = noise() + (i % 2) * 100 + i * 0.001;
      apart.add(i % 2, value);
      one.add(0, value);
    }
    // Uniform noise of width 1: ranges of 1/3 on average.
    assert.ok(Math.abs((apart.spread()?.sigma ?? 0) - 1 / 3 / 1.128) < 0.01);
    assert.ok((one.spread()?.sigma ?? 0) > 80);
  });
});

describe('a histogram', () => {
  test('holds every value, in 1 to 42 bins, whatever the values are', () => {
    const random = seeded(9);
    const kinds: ((i: number) => number)[] = [
      () => random(),
      () => random() ** 12 * 1e9,
      (i) => (i % 3) * 0.1,
      (i) => 1e15 + i,
      () => -3,
    ];
    for (const kind of kinds)
      for (const n of [1, 2, 50, 5000]) {
        const sorted = Float64Array.from({ length: n }, (_, i) => kind(i)).sort();
        const histogram = histogramOf(sorted);
        assert.equal(
          histogram?.counts.reduce((sum, count) => sum + count, 0),
          n,
        );
        assert.ok(histogram && histogram.counts.length >= 1 && histogram.counts.length <= 42);
      }
  });
});

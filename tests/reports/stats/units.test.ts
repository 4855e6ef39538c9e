import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { statsCollector } from '../../../reports/stats/collector.js';
import { statistics } from '../../../reports/stats/statistics.js';
import { attemptStart, ended, passed } from '../records.js';
import { board, during, statsOf } from './of-records.js';

const failedOn = (number: number, replace: Parameters<typeof ended>[2] = {}) =>
  ended('CHECK_LIMIT', {}, { ...board(number), ...replace });
const passedOn = (number: number, replace: Parameters<typeof passed>[0] = {}) =>
  passed({ ...board(number), ...replace });

describe('a unit of the statistics', () => {
  test('has all attempts at a slot until another board shows up there', () => {
    const silent = ended('DUT_SILENT', {}, { attempt: 1 });
    delete silent.device;
    const { yields } = statsOf([
      [silent, passedOn(1, { attempt: 2 }), passedOn(2), failedOn(3, { slot: 'slot2' })],
    ]);
    assert.deepEqual([yields.units, yields.passed, yields.failed, yields.firstPass.count], [3, 2, 1, 1]);
  });

  test('is the number that a batch gives it, whatever slot it is in', () => {
    const { yields } = statsOf([
      [
        failedOn(1, { unit: 7, slot: 'slot1' }),
        passedOn(2, { unit: 8, slot: 'slot1' }),
        passedOn(1, { unit: 7, slot: 'slot2' }),
      ],
    ]);
    assert.equal(yields.units, 2);
    assert.deepEqual(yields.retests.passedOn, [
      { attempt: 1, units: 1 },
      { attempt: 2, units: 1 },
    ]);
  });

  test('lives on in a later run: its first pass is judged by the first run, its end by the last', () => {
    const { yields } = statsOf([[failedOn(1)], [passedOn(1, { slot: 'slot4', runId: 'run2' })]]);
    assert.deepEqual([yields.units, yields.firstPass.count, yields.final.count], [1, 0, 1]);
  });

  test('is another one under another release, and with a copied address in another slot', () => {
    const other = { name: 'demo-1.3.0', version: '1.3.0', sha256: 'cd'.repeat(32) };
    const copy = ended('DUPLICATE_MAC', {}, { ...board(1), slot: 'slot2' });
    assert.equal(statsOf([[passedOn(1)], [passedOn(1, { release: other })]]).yields.units, 2);
    assert.equal(statsOf([[passedOn(1), copy]]).yields.units, 2);
    assert.equal(statsOf([[passedOn(1)], [passedOn(1), passedOn(1, { slot: 'slot2' })]]).yields.units, 2);
  });
});

describe('what does not count', () => {
  test('is left out by kind, and counted', () => {
    const { yields, excluded } = statsOf([
      [
        passedOn(1, { slot: 'slot1' }),
        passedOn(2, { slot: 'slot2', proof: 'identity', programme: 'detect' }),
        passedOn(3, { slot: 'slot3', proof: 'backup', programme: 'rollback' }),
        passedOn(4, { slot: 'slot4', proof: 'rig', programme: 'rig-selftest' }),
        ended('ABORTED', {}, { ...board(5), slot: 'slot5' }),
        passedOn(6, { slot: 'slot6', outcome: 'skipped' }),
      ],
    ]);
    assert.equal(yields.units, 1);
    assert.deepEqual(excluded, {
      filteredUnits: 0,
      knownUnits: 0,
      abortedUnits: 1,
      skippedUnits: 1,
      abortedAttempts: 0,
      selftestAttempts: 1,
      identityAttempts: 1,
      backupAttempts: 1,
      unfinishedAttempts: 0,
    });
  });

  test('is a golden unit, also as a product of the programme, whether a file or a self-test names it', () => {
    const goldenMac = board(1).device?.mac ?? '';
    const selftest = {
      proved: [],
      nest: 'golden' as const,
      unit: { id: goldenMac.toUpperCase(), measurements: [] },
    };
    const met = passedOn(1, { slot: 'slot8', proof: 'rig', programme: 'rig-selftest', selftest });
    const byTest = statsOf([[passedOn(1), met, passedOn(2, { slot: 'slot2' })]]);
    const byFile = statsOf([[passedOn(1), passedOn(2, { slot: 'slot2' })]], { knownUnits: [goldenMac] });
    for (const { yields, excluded } of [byTest, byFile])
      assert.deepEqual([yields.units, excluded.knownUnits], [1, 1]);
  });

  test('is an attempt that was stopped, at a unit that went on; its first pass is that of the next', () => {
    const stopped = ended('LID_OPENED', {}, { ...board(1), attempt: 1 });
    const { yields, excluded } = statsOf([[stopped, passedOn(1, { attempt: 2 })]]);
    assert.deepEqual([yields.units, yields.firstPass.count, yields.retests.rate.count], [1, 1, 0]);
    assert.deepEqual([excluded.abortedAttempts, excluded.abortedUnits], [1, 0]);
  });

  test('is a unit whose last attempt was stopped: nobody knows how it would have ended', () => {
    const { yields, excluded } = statsOf([[failedOn(1), ended('ABORTED', {}, { ...board(1), attempt: 2 })]]);
    assert.deepEqual([yields.units, excluded.abortedUnits], [0, 1]);
  });

  test('is an attempt without a record', () => {
    const collector = statsCollector();
    collector.started(attemptStart({ slot: 'slot3' }));
    collector.nextFolder();
    const source = { folders: [], filter: {}, notices: [], knownUnits: new Set<string>() };
    const { yields, excluded } = statistics(collector.collected(), source);
    assert.deepEqual([yields.units, excluded.unfinishedAttempts], [0, 1]);
  });

  test('is a unit of another station, release, board or time, judged by its first attempt', () => {
    const records = [
      failedOn(1, { station: 'station1', ...during(0, 10) }),
      passedOn(1, { station: 'station1', ...during(100, 110) }),
      passedOn(2, { station: 'station2', board: 'pico', ...during(100, 110) }),
    ];
    const units = (filter: Parameters<typeof statsOf>[1]) => statsOf([records], filter).yields.units;
    const at = (seconds: number) => during(seconds, seconds).startedAt;
    assert.equal(units({ filter: { stations: ['station1'] } }), 1);
    assert.equal(units({ filter: { boards: ['pico', 'uno'] } }), 1);
    assert.equal(units({ filter: { releases: ['demo-9'] } }), 0);
    assert.equal(units({ filter: { since: at(50) } }), 1);
    assert.equal(statsOf([records], { filter: { until: at(50) } }).yields.final.count, 1);
    assert.equal(statsOf([records], { filter: { since: at(200) } }).excluded.filteredUnits, 2);
  });
});

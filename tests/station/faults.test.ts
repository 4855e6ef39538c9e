import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { AttemptRecord } from '../../core/record.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { latestResults, readCsv, recordsBySlot, runStation, type StationRun } from './run.js';

describe('a station with bad boards among good ones', () => {
  let rig: RigFolder;
  let run: StationRun;
  let results: string;
  let records: Map<string, AttemptRecord>;

  before(async () => {
    rig = await makeRigFolder({ slots: 6 });
    run = await runStation(rig, [], {
      RIG_FAULTS: 'slot1:bad-cell@0x12000,slot2:dead,slot3:low-heap@40000,slot4:no-power,slot6:stuck-on',
    });
    results = await latestResults(rig).catch(() => '');
    records = await recordsBySlot(results);
  });
  after(() => rig.remove());

  test('fails exactly the bad ones', () => {
    assert.equal(run.exitCode, 1, run.output);
    assert.match(run.output, /5 failed/);
    assert.match(run.output, /1 passed/);
  });

  const expected = [
    ['slot1', 'fail', 'FLASH_VERIFY_MISMATCH', 'dut', 'flash'],
    ['slot2', 'fail', 'DUT_SILENT', 'dut', 'detect'],
    ['slot3', 'fail', 'CHECK_LIMIT', 'dut', 'memory'],
    ['slot4', 'fail', 'RAIL_NOT_RISEN', 'dut', 'detect'],
    ['slot6', 'error', 'RAIL_NOT_FALLEN', 'rig', 'detect'],
  ] as const;
  for (const [slot, outcome, code, blame, step] of expected) {
    test(`gives ${slot} its own code, blame and step`, () => {
      const record = records.get(slot);
      assert.deepEqual(
        [record?.outcome, record?.failure?.code, record?.failure?.blame, record?.failure?.step],
        [outcome, code, blame, step],
      );
    });
  }

  test('passes the good one', () => assert.equal(records.get('slot5')?.outcome, 'pass'));

  test('keeps the value that failed, with its limits', () => {
    const heap = records.get('slot3')?.measurements.find((measurement) => measurement.name === 'heap_free');
    assert.equal(heap?.value, 40000);
    assert.equal(heap?.result, 'fail');
  });

  test('lists them for rework with code and remedy', async () => {
    const rows = await readCsv(join(results, 'rework.csv'));
    assert.deepEqual(rows.map((row) => row['Code']).sort(), [...expected.map(([, , code]) => code)].sort());
    for (const row of rows) assert.ok((row['Remedy'] ?? '').length > 10);
  });

  test('leaves every power line off', async () => {
    const summary = await readFile(join(results, 'summary.txt'), 'utf8');
    assert.match(summary, /^power: all \d+ outputs were read back as off$/m);
  });

  test('does not call a slot safe whose rail stayed up', async () => {
    const summary = await readFile(join(results, 'summary.txt'), 'utf8');
    assert.deepEqual(summary.match(/^power: NOT SAFE.*$/gm), [
      'power: NOT SAFE, bench1 slot6 had voltage although its output was off',
    ]);
  });
});

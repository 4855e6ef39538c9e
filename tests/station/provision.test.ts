import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { latestResults, readCsv, recordsBySlot, runStation, type StationRun } from './run.js';

describe('a station of good boards', () => {
  let rig: RigFolder;
  let run: StationRun;
  let results: string;

  before(async () => {
    rig = await makeRigFolder({ slots: 3 });
    run = await runStation(rig);
    results = await latestResults(rig).catch(() => '');
  });
  after(() => rig.remove());

  test('passes every unit and says so', () => {
    assert.equal(run.exitCode, 0, run.output);
    assert.match(run.output, /3 passed/);
  });

  test('writes one Success row a unit with the seven columns', async () => {
    const path = join(results, 'batch_results.csv');
    const [header] = (await readFile(path, 'utf8')).split(/\r?\n/);
    assert.equal(header, 'Device,Port,StartTime,EndTime,Status,ErrorCode,Notes');
    const rows = await readCsv(path);
    assert.deepEqual(
      rows.map((row) => row['Status']),
      ['Success', 'Success', 'Success'],
    );
    assert.equal(new Set(rows.map((row) => row['Device'])).size, 3);
  });

  test('keeps a record with proof, measurements and steps of each unit', async () => {
    const records = await recordsBySlot(results);
    assert.deepEqual([...records.keys()].sort(), ['slot1', 'slot2', 'slot3']);
    for (const record of records.values()) {
      assert.equal(record.outcome, 'pass');
      assert.equal(record.bootedVersion, '1.2.0');
      assert.equal(record.flash?.verified, true);
      assert.deepEqual(
        record.steps.map((step) => step.name),
        ['detect', 'flash', 'boot', 'wifi', 'memory', 'sensor'],
      );
      const names = record.measurements.map((measurement) => measurement.name);
      for (const name of ['rail_volts', 'boot_time', 'wifi_rssi', 'heap_free', 'temperature'])
        assert.ok(names.includes(name), name);
    }
  });

  test('JSON report, factory records, console logs and Allure results agree with the records', async () => {
    const records = await recordsBySlot(results);
    const macs = [...records.values()].map((record) => record.device?.mac).sort();
    const files = await readdir(results);
    const reportName = files.find((name) => /^batch_report_\d{8}_\d{6}\.json$/.test(name)) ?? '';
    const report = JSON.parse(await readFile(join(results, reportName), 'utf8')) as {
      summary: Record<string, number>;
    };
    assert.equal(report.summary['total_count'], 3);
    assert.equal(report.summary['success_count'], 3);
    assert.equal(report.summary['success_rate'], 100);
    const daily =
      (await readdir(rig.results)).find((name) => /^factory_records_\d{8}\.csv$/.test(name)) ?? '';
    const factory = await readCsv(join(rig.results, daily));
    assert.deepEqual(factory.map((row) => row['mac'] ?? row['MAC']).sort(), macs);
    for (const record of records.values()) {
      const log = await readFile(join(results, record.consoleLog ?? ''), 'utf8');
      assert.match(log, /App version: +1\.2\.0/);
    }
    const allure = await readdir(join(results, 'allure-results'));
    assert.equal(allure.filter((name) => name.endsWith('-result.json')).length, 3);
  });

  test('leaves every power line off, read back', async () => {
    assert.match(await readFile(join(results, 'summary.txt'), 'utf8'), /power/i);
  });
});

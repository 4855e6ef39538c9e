import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { openJournal } from '../../../batch/journal/journal.js';
import { writeProjections, type ProjectionFiles } from '../../../batch/projections/projections.js';
import { journalName } from '../../../batch/projections/run-data.js';
import {
  rigParts,
  type AttemptDevice,
  type AttemptHeader,
  type AttemptRecord,
} from '../../../core/record.js';
import type { LineReadback } from '../../../core/run-record.js';
import { attemptStart, ended, passed, runHeader } from '../../reports/records.js';

let root: string;
let results: string;
let count = 0;

before(async () => (root = await mkdtemp(join(tmpdir(), 'rig-projections-'))));
after(() => rm(root, { recursive: true, force: true }));
beforeEach(() => (results = join(root, `${++count}`)));

interface RunOptions {
  runId?: string;
  unfinished?: AttemptHeader[];
  lines?: LineReadback[];
  died?: boolean;
  stations?: string[];
  devices?: AttemptDevice[];
}

async function journalOf(records: AttemptRecord[], options: RunOptions = {}): Promise<string> {
  const {
    runId = 'run1',
    unfinished = [],
    lines = [],
    died = false,
    stations = ['station1'],
    devices = [],
  } = options;
  const folder = join(results, runId);
  const journal = await openJournal(join(folder, journalName), { runId });
  await journal.append('run', runHeader({ runId, stations }));
  for (const header of [...records, ...unfinished])
    await journal.append('attempt-start', attemptStart(header));
  for (const device of devices) await journal.append('attempt-device', device);
  for (const record of records) await journal.append('attempt', record);
  if (!died) {
    await journal.append('safe', { lines });
    const attempts = { pass: 0, fail: 0, error: 0, aborted: 0, skipped: 0 };
    await journal.append('run-end', { status: 'ended', endedAt: '2026-03-04T10:00:30.000Z', attempts });
  }
  await journal.close();
  return folder;
}

interface Report {
  batch_id: string;
  summary: Record<string, number>;
  statistics: Record<string, unknown>;
  stations: Record<string, { slots: Record<string, Record<string, unknown>> }>;
  failed_units: Record<string, unknown>[];
  units: { unit: string; outcome: string; attempts: unknown[] }[];
  journal: { lines: number; head: string };
}

const rowsOf = async (path: string) =>
  parse(await readFile(path, 'utf8'), { columns: true }) as Record<string, string>[];
const reportOf = async ({ report }: ProjectionFiles) => JSON.parse(await readFile(report, 'utf8')) as Report;

/** One of everything; slot2 passed at its second attempt. */
const mixed = [
  passed({ slot: 'slot1' }),
  ended('FLASH_VERIFY_MISMATCH', { step: 'flash', message: 'app differs' }, { slot: 'slot2' }),
  passed({ slot: 'slot2', attempt: 2 }),
  ended('CHECK_LIMIT', { step: 'memory', message: 'heap_free 9000' }, { slot: 'slot3' }),
  ended('PORT_LOST', { message: 'gone' }, { slot: 'slot4' }),
  ended('ABORTED', { message: 'stopped on request' }, { slot: 'slot10' }),
];

describe('the reports of a run', () => {
  test('show each unit by its last attempt, and agree with each other', async () => {
    const folder = await journalOf(mixed);
    const files = await writeProjections(folder);
    const rows = await rowsOf(files.results);
    assert.deepEqual(
      rows.map((row) => [row['Device'], row['Status'], row['ErrorCode']]),
      [
        ['24:6f:28:00:00:01', 'Success', ''],
        ['24:6f:28:00:00:02', 'Success', ''],
        ['24:6f:28:00:00:03', 'Failure', 'CHECK_LIMIT'],
        ['24:6f:28:00:00:04', 'Error', 'PORT_LOST'],
        ['24:6f:28:00:00:0a', 'Aborted', 'ABORTED'],
      ],
    );
    assert.equal(rows[1]?.['Notes'], 'passed on attempt 2; attempt 1: FLASH_VERIFY_MISMATCH');
    assert.equal(rows[2]?.['Notes'], 'CHECK_LIMIT: heap_free 9000');

    const report = await reportOf(files);
    const withStatus = (status: string) => rows.filter((row) => row['Status'] === status).length;
    assert.equal(report.summary['total_count'], rows.length);
    assert.equal(report.summary['success_count'], withStatus('Success'));
    assert.equal(report.summary['failure_count'], withStatus('Failure'));
    assert.equal(report.summary['error_count'], withStatus('Error'));
    assert.equal(report.summary['aborted_count'], withStatus('Aborted'));
    assert.equal(report.summary['success_rate'], 40);
    assert.equal(report.summary['first_pass_yield'], 20);
    assert.deepEqual(report.statistics['error_categories'], { check: 1, connection: 1, other: 1 });
    assert.deepEqual(
      report.units.map(({ unit, attempts }) => [unit, attempts.length]),
      rows.map((row, index) => [row['Device'], index === 1 ? 2 : 1]),
    );

    const rework = await rowsOf(files.rework);
    assert.deepEqual(
      rework.map((row) => row['Unit']),
      report.failed_units.map(({ unit }) => unit),
    );
    assert.deepEqual(
      rework.map((row) => [row['Slot'], row['Code'], row['Blame'], row['Step']]),
      [
        ['slot3', 'CHECK_LIMIT', 'dut', 'memory'],
        ['slot4', 'PORT_LOST', 'rig', 'wifi'],
      ],
    );
    assert.ok(rework.every((row) => (row['Remedy'] ?? '').length > 20));

    const summary = await readFile(files.summary, 'utf8');
    assert.match(summary, /^ +2 passed$/m);
    for (const row of rework) assert.ok(summary.includes(`${row['Unit']} · ${row['Code']}`));

    const [records = ''] = files.factoryRecords;
    assert.equal(records, join(results, 'factory_records_20260304.csv'));
    const factory = await rowsOf(records);
    assert.deepEqual(
      factory.map((row) => [row['DeviceId'], row['Result'], row['ErrorCode']]),
      rows.map((row) => [row['Device'], row['Status'], row['ErrorCode']]),
    );
    assert.equal(factory[1]?.['Attempts'], '2');
    assert.equal(factory[0]?.['TestResults'], 'detect=pass;flash=pass;boot=pass;wifi=pass');
    assert.equal(factory[0]?.['FlashTimeSeconds'], '6');
  });

  test('have the exact columns of the batch results, one line a row whatever a message holds', async () => {
    const message = 'said "no",\r\n\x1b[31mthen\x1b[39m stopped; 5 \u2264 7\n';
    const folder = await journalOf([ended('CHECK_RESPONSE', { message }, {})]);
    const files = await writeProjections(folder);
    const text = await readFile(files.results, 'utf8');
    const [header, row, rest, ...more] = text.split('\r\n');
    assert.equal(header, 'Device,Port,StartTime,EndTime,Status,ErrorCode,Notes');
    assert.ok(row?.endsWith('"CHECK_RESPONSE: said ""no"", then stopped; 5 ≤ 7"'));
    assert.deepEqual([rest, ...more], ['']);
    const rework = await rowsOf(files.rework);
    assert.equal(rework[0]?.['Message'], 'said "no", then stopped; 5 ≤ 7');
    const times = /,2026-03-04T10:00:00\.000Z,2026-03-04T10:00:14\.000Z,Failure,/;
    assert.match(row ?? '', times);
  });

  test('name a silent board by its station too where there are several', async () => {
    const silent = [1, 2].map((number) => {
      const record = ended('DUT_SILENT', {}, { station: `station${number}`, slot: 'slot1' });
      delete record.device;
      return record;
    });
    const files = await writeProjections(await journalOf(silent, { stations: ['station1', 'station2'] }));
    const rows = await rowsOf(files.results);
    assert.deepEqual(
      rows.map((row) => row['Device']),
      ['station1/slot1', 'station2/slot1'],
    );
  });

  test('are not made of a journal without a run', async () => {
    const folder = join(results, 'empty');
    await (await openJournal(join(folder, journalName), { runId: 'empty' })).close();
    await assert.rejects(writeProjections(folder), /REPORT_FAILED: the journal in .*empty holds no run/);
    assert.deepEqual(await readdir(folder), [journalName]);
  });

  test('say which boards an aborted run leaves to be run again, and in which step it stopped', async () => {
    const stopped = ended('ABORTED', { step: 'flash' }, { slot: 'slot2' });
    const files = await writeProjections(await journalOf([passed({}), stopped]));
    const summary = await readFile(files.summary, 'utf8');
    assert.match(summary, /run again before use:\n  station1 slot2 · 24:6f:28:00:00:02 · stopped in flash\n/);
  });

  test('do not let a board that was only identified look like a provisioned one', async () => {
    const seen = passed({ programme: 'detect', proof: 'identity' });
    const rows = await rowsOf((await writeProjections(await journalOf([seen]))).results);
    assert.deepEqual(
      [rows[0]?.['Status'], rows[0]?.['Notes']],
      ['Success', 'identified only; nothing was written'],
    );
  });

  test('keep a self-test apart from provisioned boards', async () => {
    const selftest = { proved: [...rigParts], nest: 'golden' as const };
    const fit = passed({ programme: 'rig-selftest', proof: 'rig', selftest });
    const files = await writeProjections(await journalOf([fit]));
    assert.equal(
      (await rowsOf(files.results))[0]?.['Notes'],
      'self-test: the slot is fit (the golden unit passed)',
    );
    assert.match(
      await readFile(files.summary, 'utf8'),
      /^self-test: 1 slots are fit; nothing was provisioned$/m,
    );
    assert.deepEqual(files.factoryRecords, []);
  });

  test('have no factory record of a lease that was refused', async () => {
    const refused = ended('SLOT_BUSY', { step: '' }, { steps: [] });
    delete refused.device;
    delete refused.consoleLog;
    const files = await writeProjections(await journalOf([refused]));
    assert.deepEqual(files.factoryRecords, []);
    assert.equal((await rowsOf(files.results))[0]?.['ErrorCode'], 'SLOT_BUSY');
  });

  test('give flash times in seconds, over every attempt that flashed', async () => {
    const silent = ended('DUT_SILENT', {}, { slot: 'slot9' });
    delete silent.device;
    delete silent.flash;
    const files = await writeProjections(await journalOf([...mixed, silent]));
    const { statistics } = await reportOf(files);
    assert.equal(statistics['fastest_flash'], 6);
    assert.equal(statistics['slowest_flash'], 15);
    assert.equal(statistics['average_flash_time'], 8.667);
    const rows = await rowsOf(files.results);
    assert.equal(rows[4]?.['Device'], 'slot9');
  });

  test('have no flash times and a rate of 0 when nothing ran', async () => {
    const files = await writeProjections(await journalOf([]));
    const { summary, statistics } = await reportOf(files);
    assert.equal(summary['total_count'], 0);
    assert.equal(summary['success_rate'], 0);
    assert.equal(statistics['average_flash_time'], null);
    assert.deepEqual(files.factoryRecords, []);
  });

  test('call what a dead run left open an error of the rig, and say that power was not read back', async () => {
    const open = attemptStart({ slot: 'slot2' });
    const files = await writeProjections(await journalOf([passed({})], { unfinished: [open], died: true }));
    const rows = await rowsOf(files.results);
    assert.deepEqual(
      rows.map((row) => [row['Device'], row['Status'], row['ErrorCode']]),
      [
        ['24:6f:28:00:00:01', 'Success', ''],
        ['slot2', 'Error', 'COORDINATOR_LOST'],
      ],
    );
    const summary = await readFile(files.summary, 'utf8');
    assert.match(summary, /run run1 DIED after/);
    assert.match(summary, /power: not read back, since the run died/);
    const factory = await rowsOf(files.factoryRecords[0] ?? '');
    assert.equal(factory.length, 1);
  });

  test('take back the good record of a board that a dead run may have left half written', async () => {
    await writeProjections(await journalOf([passed({ slot: 'slot2' })]));
    const open = attemptStart({ slot: 'slot2', runId: 'run2', attemptId: 'run2/station1/slot2/1' });
    const { device } = passed({ slot: 'slot2' });
    assert.ok(device);
    const devices = [{ attemptId: open.attemptId, device, proof: 'release' as const }];
    const folder = await journalOf([], { runId: 'run2', unfinished: [open], devices, died: true });
    const files = await writeProjections(folder);
    assert.equal((await rowsOf(files.results))[0]?.['Device'], device.mac);
    const [row, ...more] = await rowsOf(files.factoryRecords[0] ?? '');
    assert.deepEqual([row?.['DeviceId'], row?.['Result'], more.length], [device.mac, 'Error', 0]);
  });

  test('say that a board may be half written when its run died after it was identified', async () => {
    const open = attemptStart({ slot: 'slot2' });
    const { device } = passed({ slot: 'slot2' });
    assert.ok(device);
    const known = { attemptId: open.attemptId, device, consoleLog: 'console/slot2-1.log' };
    const written = [{ ...known, proof: 'release' as const }];
    const options = { unfinished: [open], died: true };
    const files = await writeProjections(await journalOf([], { ...options, devices: written }));
    const [row] = await rowsOf(files.rework);
    assert.match(row?.['Flash'] ?? '', /^HALF WRITTEN/);
    assert.equal(row?.['ConsoleLog'], 'console/slot2-1.log');
    const looked = [{ ...known, proof: 'identity' as const }];
    const only = await writeProjections(await journalOf([], { ...options, runId: 'run2', devices: looked }));
    assert.equal((await rowsOf(only.rework))[0]?.['Flash'], '');
  });

  test('do not call a unit untouched whose earlier attempt left it half written', async () => {
    const half = ended('FLASH_STALLED', { step: 'flash', message: 'at 50 %' }, { flashState: 'unproved' });
    const silent = ended(
      'DUT_SILENT',
      { step: 'detect', message: 'no answer' },
      { flashState: 'untouched', attempt: 2 },
    );
    const files = await writeProjections(await journalOf([half, silent]));
    const rows = await rowsOf(files.rework);
    assert.deepEqual(
      rows.map((row) => [row['Code'], row['Flash']?.slice(0, 12)]),
      [['DUT_SILENT', 'HALF WRITTEN']],
    );
    assert.match(await readFile(files.summary, 'utf8'), /flash: HALF WRITTEN/);
  });

  test('take back the good record of a unit that was given back what it held before', async () => {
    await writeProjections(await journalOf([passed({})]));
    const rollback = { folder: 'one', sha256: '', seconds: 3, verified: true, bootedVersion: '1.1.0' };
    const { device } = passed({});
    assert.ok(device);
    const record = passed({ runId: 'run2', device, proof: 'backup', rollback, flashState: 'restored' });
    const files = await writeProjections(await journalOf([record], { runId: 'run2' }));
    const [row, ...more] = await rowsOf(files.factoryRecords[0] ?? '');
    assert.deepEqual(
      [row?.['DeviceId'], row?.['Result'], row?.['FirmwareVersion'], row?.['Release'], more.length],
      [device.mac, 'Aborted', '1.1.0', '', 0],
    );
    assert.equal((await rowsOf(files.results))[0]?.['Notes'], 'holds again what it held before (1.1.0)');
    assert.match(
      await readFile(files.summary, 'utf8'),
      /^1 hold again what they held before: not provisioned$/m,
    );
  });

  test('warn of a slot that was not proved to be off, whatever its unit failed with', async () => {
    const notOff = 'RAIL_NOT_FALLEN: the rail is at 4.90 V';
    const bad = ended('CHECK_LIMIT', { step: 'memory', message: 'heap_free 9000' }, { notOff });
    const blind = ended(
      'PORT_LOST',
      { message: 'gone' },
      { slot: 'slot4', notOff: 'METER_FAILED: no answer' },
    );
    const summary = await readFile((await writeProjections(await journalOf([bad, blind]))).summary, 'utf8');
    assert.match(summary, /NOT SAFE, station1 slot1 had voltage although its output was off/);
    assert.match(summary, /NOT SAFE, station1 slot4 was not proved to be off: METER_FAILED: no answer/);
  });

  test('name each output that is not known to be off', async () => {
    const slot = { station: 'station1', slot: 'slot3' };
    const lines: LineReadback[] = [
      { ...slot, role: 'power', line: 'chip/4', state: 'active' },
      { ...slot, role: 'boot', line: 'chip/5', state: 'unknown', reason: 'LINE_LOST: chip is gone' },
      { ...slot, role: 'reset', line: 'chip/6', state: 'inactive' },
    ];
    const files = await writeProjections(await journalOf([passed({})], { lines }));
    const summary = await readFile(files.summary, 'utf8');
    assert.match(summary, /NOT SAFE/);
    assert.match(summary, /station1 slot3 power \(chip\/4\) is ON/);
    assert.match(summary, /station1 slot3 boot \(chip\/5\) is unknown: LINE_LOST/);
    assert.doesNotMatch(summary, /chip\/6/);
    const good = await writeProjections(
      await journalOf([passed({})], { runId: 'run2', lines: lines.slice(2) }),
    );
    assert.match(await readFile(good.summary, 'utf8'), /power: all 1 outputs were read back as off/);
  });

  test('come out the same when they are made again', async () => {
    const folder = await journalOf(mixed);
    const contents = async () => {
      const names = (await readdir(folder)).sort();
      return Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]));
    };
    const files = await writeProjections(folder);
    const once = [await contents(), await readFile(files.factoryRecords[0] ?? '', 'utf8')];
    await writeProjections(folder);
    assert.deepEqual([await contents(), await readFile(files.factoryRecords[0] ?? '', 'utf8')], once);
  });

  test('quote the head of the journal, so that one cut short later can be told', async () => {
    const folder = await journalOf([passed({})]);
    const { journal } = await reportOf(await writeProjections(folder));
    assert.equal(journal.lines, 5);
    assert.match(journal.head, /^[0-9a-f]{64}$/);
  });

  test('are not written from a journal that was changed', async () => {
    const folder = await journalOf(mixed);
    const path = join(folder, journalName);
    await writeFile(path, (await readFile(path, 'utf8')).replace('"outcome":"fail"', '"outcome":"pass"'));
    await assert.rejects(writeProjections(folder), /JOURNAL_CORRUPT/);
    assert.deepEqual(await readdir(folder), [journalName]);
  });
});

describe('the factory records of a day', () => {
  const path = () => join(results, 'factory_records_20260304.csv');

  test('keep the rows of other runs, and the last attempt at a unit wins', async () => {
    await writeProjections(await journalOf([passed({}), ended('CHECK_LIMIT', {}, { slot: 'slot2' })]));
    const later = { runId: 'run2', endedAt: '2026-03-04T11:00:00.000Z' };
    await writeProjections(await journalOf([passed({ slot: 'slot2', ...later })], { runId: 'run2' }));
    await writeProjections(join(results, 'run1'));
    const rows = await rowsOf(path());
    assert.deepEqual(
      rows.map((row) => [row['MAC'], row['Result'], row['Run']]),
      [
        ['24:6f:28:00:00:01', 'Success', 'run1'],
        ['24:6f:28:00:00:02', 'Success', 'run2'],
      ],
    );
  });

  test('keep columns that this version does not know', async () => {
    await writeProjections(await journalOf([passed({})]));
    const [header = '', row = ''] = (await readFile(path(), 'utf8')).split('\r\n');
    await writeFile(path(), `${header},Inspector\r\n${row},"Müller, A."\r\n`);
    await writeProjections(await journalOf([passed({ slot: 'slot2', runId: 'run2' })], { runId: 'run2' }));
    await writeProjections(join(results, 'run1'));
    const rows = await rowsOf(path());
    assert.deepEqual(
      rows.map((each) => each['Inspector']),
      ['Müller, A.', ''],
    );
  });

  test('append the columns that an older version did not have', async () => {
    await writeProjections(await journalOf([passed({})]));
    await writeFile(path(), 'DeviceId,MAC\r\nold,24:6f:28:00:00:99\r\n');
    await writeProjections(join(results, 'run1'));
    const [header = ''] = (await readFile(path(), 'utf8')).split('\r\n');
    assert.ok(header.startsWith('DeviceId,MAC,Board,'));
    assert.equal((await rowsOf(path())).length, 2);
  });

  test('have a row for a board that never said who it is, and none for an attempt that proves nothing', async () => {
    const dead = ended('DUT_SILENT', {}, { slot: 'slot5' });
    delete dead.device;
    await writeProjections(await journalOf([dead, passed({ slot: 'slot6', proof: 'identity' })]));
    const rows = await rowsOf(path());
    assert.deepEqual(
      rows.map((row) => [row['DeviceId'], row['MAC'], row['ErrorCode']]),
      [['run1/station1/slot5', '', 'DUT_SILENT']],
    );
  });

  test('do not let a board with a copied address replace the row of the one that owns it', async () => {
    const good = passed({});
    const copy = ended('DUPLICATE_MAC', {}, { slot: 'slot2', endedAt: '2026-03-04T10:00:20.000Z' });
    await writeProjections(await journalOf([good, { ...copy, ...(good.device && { device: good.device }) }]));
    const rows = await rowsOf(path());
    assert.deepEqual(
      rows.map((row) => [row['Slot'], row['Result']]),
      [
        ['slot1', 'Success'],
        ['slot2', 'Failure'],
      ],
    );
  });

  test('are left alone when they are not a table, while every other report is written', async () => {
    const folder = await journalOf([passed({})]);
    await writeFile(path(), 'not,a\r\ntable');
    await assert.rejects(writeProjections(folder), /REPORT_FAILED: .*factory_records_20260304\.csv/);
    assert.equal(await readFile(path(), 'utf8'), 'not,a\r\ntable');
    assert.ok((await readdir(folder)).includes('summary.txt'));
  });

  test('lose no row when several runs end at once', async () => {
    const slots = Array.from({ length: 8 }, (_, n) => ({ slot: `slot${n + 1}`, runId: `run${n + 1}` }));
    const folders = await Promise.all(slots.map((slot) => journalOf([passed(slot)], { runId: slot.runId })));
    await Promise.all(folders.map(writeProjections));
    assert.equal((await rowsOf(path())).length, 8);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { openJournal, type Journal } from '../../../batch/journal/journal.js';
import { writeProjections } from '../../../batch/projections/projections.js';
import { journalName } from '../../../batch/projections/run-data.js';
import type { BatchHeader } from '../../../core/batch-record.js';
import type { AttemptRecord } from '../../../core/record.js';
import { attemptStart, ended, passed, runHeader } from '../../reports/records.js';

let root: string;
let folder: string;
let journal: Journal;
let count = 0;

before(async () => (root = await mkdtemp(join(tmpdir(), 'rig-batch-reports-'))));
after(() => rm(root, { recursive: true, force: true }));
beforeEach(() => (folder = join(root, `${++count}`, 'lot-7')));

const header: BatchHeader = {
  id: 'lot-7',
  strategy: 'gradual',
  programme: 'provision',
  units: 10,
  inputs: { 'release demo-1.2.0': 'ab'.repeat(32) },
  changed: [],
  notices: [],
  pending: 10,
  inHand: [],
};

async function run(runId: string, acts: () => Promise<void>, replace: Partial<BatchHeader> = {}) {
  journal = await openJournal(join(folder, journalName), { runId });
  await journal.append('run', runHeader({ runId, batch: 'lot-7' }));
  await journal.append('batch', { ...header, ...replace });
  await acts();
  await journal.close();
}

async function end() {
  const attempts = { pass: 0, fail: 0, error: 0, aborted: 0, skipped: 0 };
  await journal.append('run-end', { status: 'passed', endedAt: '2026-03-04T10:00:30.000Z', attempts });
}

async function attempt(record: AttemptRecord): Promise<void> {
  await journal.append('attempt-start', attemptStart(headerOf(record)));
  await journal.append('attempt', record);
}

const headerOf = ({ attemptId, slot, attempt: number, unit, runId, programme }: AttemptRecord) => ({
  attemptId,
  slot,
  attempt: number,
  runId,
  programme,
  ...(unit !== undefined && { unit }),
});

/** The attempt at a unit, in any slot and with a board of its own. */
const at = (unit: number, replace: Partial<AttemptRecord> = {}): Partial<AttemptRecord> => ({
  unit,
  batch: 'lot-7',
  slot: `slot${((unit - 1) % 4) + 1}`,
  attemptId: `run1/unit${unit}/${replace.attempt ?? 1}`,
  device: { chip: 'esp32', description: 'ESP32', mac: `24:6f:28:00:01:${String(unit).padStart(2, '0')}` },
  flashState: 'release',
  ...replace,
});

interface Report {
  batch: Record<string, unknown> & { waves: Record<string, unknown>[] };
  summary: Record<string, unknown>;
  units: (Record<string, unknown> & { attempts: unknown[] })[];
  failed_units: unknown[];
  stations: Record<string, { slots: Record<string, unknown> }>;
}

async function reports() {
  const files = await writeProjections(folder);
  const rowsOf = async (path: string) =>
    parse(await readFile(path, 'utf8'), { columns: true }) as Record<string, string>[];
  return {
    rows: await rowsOf(files.results),
    factory: (await Promise.all(files.factoryRecords.map(rowsOf))).flat(),
    report: JSON.parse(await readFile(files.report, 'utf8')) as Report,
    summary: await readFile(files.summary, 'utf8'),
  };
}

describe('the reports of a batch', () => {
  test('have a unit for each number, in their order, by serial, address or number', async () => {
    await run('run1', async () => {
      await attempt(passed(at(10)));
      await attempt(passed(at(2, { serial: 'SN-2', slot: 'slot3' })));
      const silent = ended('DUT_SILENT', { step: 'detect' }, at(1));
      delete silent.device;
      await attempt(silent);
      await end();
    });
    const { rows, report } = await reports();
    assert.deepEqual(
      rows.map((row) => row['Device']),
      ['unit 1', 'SN-2', '24:6f:28:00:01:10'],
    );
    assert.deepEqual(
      report.units.map(({ unit, number, serial }) => [unit, number, serial]),
      [
        ['unit 1', 1, ''],
        ['SN-2', 2, 'SN-2'],
        ['24:6f:28:00:01:10', 10, ''],
      ],
    );
  });

  test('keep every attempt at a unit over slots and runs, and count it once, by its last', async () => {
    await run('run1', async () => {
      await attempt(ended('CHECK_LIMIT', { step: 'memory', message: 'low' }, at(1)));
      await journal.append('attempt-start', attemptStart({ ...headerOf(passed(at(2))) }));
    });
    const second = { runId: 'run2', attempt: 2 };
    await run('run2', async () => {
      await attempt(passed(at(1, { ...second, slot: 'slot4' })));
      await attempt(passed(at(2, second)));
      await attempt(passed(at(3, { runId: 'run2' })));
      await end();
    });
    const { rows, report, summary } = await reports();
    assert.deepEqual(
      rows.map((row) => [row['Status'], row['Notes']]),
      [
        ['Success', 'passed on attempt 2; attempt 1: CHECK_LIMIT'],
        ['Success', 'passed on attempt 2; attempt 1: COORDINATOR_LOST'],
        ['Success', ''],
      ],
    );
    assert.deepEqual(report.summary['passed_on_attempt'], { 1: 1, 2: 2 });
    assert.equal(report.summary['first_pass_yield'], 33.33);
    assert.equal(report.summary['final_yield'], 100);
    assert.deepEqual(
      report.units.map(({ attempts }) => attempts.length),
      [2, 2, 1],
    );
    assert.match(summary, /^ +3 passed\n +2 passed on attempt 2$/m);
  });

  test('say how many units are left: untouched, in hand when their run died, or without a result', async () => {
    await run('run1', async () => {
      await attempt(passed(at(1)));
      await attempt(ended('ABORTED', { message: 'stopped' }, at(2)));
      await journal.append('attempt-start', attemptStart(headerOf(passed(at(3)))));
    });
    const { report, summary, rows } = await reports();
    const { units, pending, untouched, in_hand } = report.batch;
    assert.deepEqual(
      { units, pending, untouched, in_hand },
      { units: 10, pending: 9, untouched: 7, in_hand: [3] },
    );
    assert.equal(rows.length, 3);
    assert.match(summary, /^batch lot-7 \(gradual, provision\): 10 units$/m);
    assert.match(summary, /^7 units untouched$/m);
    assert.match(summary, /^1 units in hand when their run died: 3$/m);
    assert.match(summary, /^1 units begun, without a result$/m);
    assert.match(summary, /^9 units to be done: resume the batch$/m);
  });

  test('never call a unit good that its wave was given back from the release', async () => {
    await run('run1', async () => {
      await journal.append('wave', { wave: 1, state: 'begin' });
      await attempt(passed(at(1, { wave: 1 })));
      await attempt(ended('CHECK_LIMIT', { step: 'memory' }, at(2, { wave: 1 })));
      const judged = { successRate: 50, verdict: 'missed' as const, rollback: true };
      await journal.append('wave', { wave: 1, state: 'end', units: [1, 2], ...judged });
      const why = 'wave 1: 50 % passed, threshold 90 %';
      await journal.append('gate', { gate: 'successThreshold', then: 'stop', why });
      await journal.append('control', { what: 'stop', by: 'gate', why });
      const rollback = {
        folder: 'backups/1',
        sha256: '',
        seconds: 3,
        verified: true,
        bootedVersion: '1.1.0',
      };
      const back = {
        programme: 'rollback',
        proof: 'backup' as const,
        flashState: 'restored' as const,
        attempt: 2,
      };
      await attempt(passed(at(1, { ...back, rollback })));
      await attempt(
        ended('ROLLBACK_FAILED', { step: 'restore' }, at(2, { ...back, flashState: 'unproved' })),
      );
      await end();
    });
    const { rows, report, summary, factory } = await reports();
    assert.deepEqual(
      rows.map((row) => [row['Status'], row['ErrorCode']]),
      [
        ['Aborted', ''],
        ['Failure', 'ROLLBACK_FAILED'],
      ],
    );
    assert.equal(
      rows[0]?.['Notes'],
      'rolled back by its batch: not provisioned; holds again what it held before (1.1.0); attempt 1: pass',
    );
    assert.deepEqual(report.batch.waves, [
      { wave: 1, verdict: 'missed', rollback: true, units: 2, success_rate: 50, rolled_back: 1 },
    ]);
    assert.equal((report.batch['gates'] as unknown[]).length, 1);
    assert.equal((report.batch['control'] as unknown[]).length, 1);
    assert.deepEqual(report.summary['passed_on_attempt'], {});
    assert.equal(report.batch['pending'], 8);
    assert.match(summary, /^wave 1: MISSED its threshold, 50 % of 2 units passed; rolled back: 1 of 2$/m);
    assert.match(summary, /^gate successThreshold \(stop\) at .*: wave 1: 50 % passed/m);
    assert.match(summary, /^1 hold again what they held before: not provisioned$/m);
    assert.doesNotMatch(summary, /to be run again before use/);
    assert.deepEqual(
      factory.map((row) => [row['Result'], row['Release']]),
      [
        ['Aborted', ''],
        ['Failure', ''],
      ],
    );
  });

  test('call a unit good that was provisioned again after it was rolled back', async () => {
    await run('run1', async () => {
      await attempt(passed(at(1)));
      const back = { programme: 'rollback', proof: 'backup' as const, flashState: 'restored' as const };
      await attempt(passed(at(1, { ...back, attempt: 2 })));
      await attempt(passed(at(1, { attempt: 3 })));
      await end();
    });
    const { rows, report } = await reports();
    assert.equal(rows[0]?.['Status'], 'Success');
    assert.deepEqual(report.summary['passed_on_attempt'], { 2: 1 });
  });

  test('leave self-tests of its slots out', async () => {
    await run('run1', async () => {
      await attempt(passed({ programme: 'rig-selftest', proof: 'rig', selftest: { proved: ['rail'] } }));
      await attempt(passed(at(1)));
      await end();
    });
    const { rows, report } = await reports();
    assert.deepEqual([rows.length, report.summary['total_count'], report.units.length], [1, 1, 1]);
  });

  test('have what the batch was told, and what had changed when it went on all the same', async () => {
    const notices = ['factory.yaml: label_printer: this rig prints no labels'];
    await run('run1', () => attempt(passed(at(1))), { notices });
    await run('run2', end, { notices, changed: ['release demo-1.2.0'] });
    const { report, summary } = await reports();
    assert.deepEqual(report.batch['notices'], notices);
    assert.deepEqual(report.batch['inputs'], header.inputs);
    const [changed] = report.batch['changed_inputs'] as Record<string, unknown>[];
    assert.deepEqual([changed?.['run_id'], changed?.['inputs']], ['run2', ['release demo-1.2.0']]);
    assert.match(summary, /^notices:\n {2}factory\.yaml: label_printer/m);
    assert.match(summary, /^run run2 went on although these had changed: release demo-1\.2\.0$/m);
  });

  test('have one factory record for a board that was silent at first', async () => {
    await run('run1', async () => {
      const silent = ended('DUT_SILENT', { step: 'detect' }, at(1));
      delete silent.device;
      await attempt(silent);
      await attempt(passed(at(1, { attempt: 2, serial: 'SN-1' })));
      await end();
    });
    const { factory } = await reports();
    assert.deepEqual(
      factory.map((row) => [row['DeviceId'], row['Result'], row['Attempts'], row['Serial'], row['Batch']]),
      [['24:6f:28:00:01:01', 'Success', '2', 'SN-1', 'lot-7']],
    );
  });

  test('tell a hundred bad units one by one, and count the others', async () => {
    await run(
      'run1',
      async () => {
        for (let unit = 1; unit <= 130; unit++)
          await attempt(ended('CHECK_LIMIT', {}, at(unit, { slot: `slot${unit}` })));
        await end();
      },
      { units: 130 },
    );
    const { report, summary } = await reports();
    assert.equal(report.failed_units.length, 130);
    assert.equal(Object.keys(report.stations['station1']?.slots ?? {}).length, 130);
    assert.equal([...summary.matchAll(/· CHECK_LIMIT$/gm)].length, 100);
    assert.match(summary, /^… and 30 more: rework\.csv$/m);
  });

  test('pass measurements on whatever their texts hold', async () => {
    const value = 'a "}],", b }],"c": \\ ° 漢';
    const odd = { name: 'answer', value, unit: '', result: 'pass' as const, step: '}],"' };
    const measurements = [odd, { ...odd, name: '"measurements":[{' }];
    await run('run1', async () => {
      await attempt(passed(at(1, { measurements, consoleLog: '}],"x' })));
      await attempt(passed(at(2, { measurements: [], steps: [] })));
      await end();
    });
    const { report } = await reports();
    const seen = report.units.map(
      ({ attempts }) => (attempts as { measurements: unknown }[])[0]?.measurements,
    );
    assert.deepEqual(seen, [measurements, []]);
  });
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { AttemptRecord } from '../../core/record.js';
import { documentedFaults } from '../docs/page.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { latestResults, readCsv, recordsBySlot, runStation, type StationRun } from './run.js';

/** Those whose blame and step are held here too; docs/bench.md says which code each kind leads to. */
const known = [
  ['bad-cell', 'fail', 'FLASH_VERIFY_MISMATCH', 'dut', 'flash'],
  ['dead', 'fail', 'DUT_SILENT', 'dut', 'detect'],
  ['brownout-at-wifi', 'fail', 'BOOT_BROWNOUT', 'dut', 'wifi'],
  ['hang', 'fail', 'FLASH_STALLED', 'dut', 'flash'],
  ['low-heap', 'fail', 'CHECK_LIMIT', 'dut', 'memory'],
  ['no-power', 'fail', 'RAIL_NOT_RISEN', 'dut', 'detect'],
  ['short', 'fail', 'OVER_CURRENT', 'dut', 'detect'],
  ['slow-rise', 'fail', 'RAIL_NOT_RISEN', 'dut', 'detect'],
  // The ROM still speaks, so the board is not silent.
  ['silent-console', 'fail', 'BOOT_TIMEOUT', 'dut', 'boot'],
  ['wrong-chip', 'fail', 'WRONG_CHIP', 'dut', 'detect'],
  ['wrong-version', 'fail', 'BOOT_WRONG_VERSION', 'dut', 'boot'],
  ['stuck-on', 'error', 'RAIL_NOT_FALLEN', 'rig', 'detect'],
] as const;

/** Those that an ESP32 can have: its loader refuses nobody. */
const faults = (await documentedFaults()).filter(({ kind }) => kind !== 'protected');
/** One slot a fault, one more for the other board with the same address, and a good one. */
const bad = faults.length + 1;
const good = faults.length + 2;
const slotOf = (kind: string) => `slot${faults.findIndex((fault) => fault.kind === kind) + 1}`;

describe('a station with bad boards of every kind', () => {
  let rig: RigFolder;
  let run: StationRun;
  let results: string;
  let records: Map<string, AttemptRecord>;

  before(async () => {
    rig = await makeRigFolder({ slots: good });
    const duplicate = faults.find(({ kind }) => kind === 'duplicate-mac')?.example ?? '';
    const examples = [...faults.map(({ example }) => example), duplicate];
    run = await runStation(rig, [], {
      RIG_FAULTS: examples.map((example, index) => `slot${index + 1}:${example}`).join(','),
    });
    results = await latestResults(rig).catch(() => '');
    records = await recordsBySlot(results);
  });
  after(() => rig.remove());

  test('fails exactly the bad ones', () => {
    assert.equal(run.exitCode, 1, run.output);
    assert.match(run.output, new RegExp(`${bad} failed`));
    assert.match(run.output, /1 passed/);
  });

  for (const { kind, codes } of faults) {
    test(`gives ${kind} the code that docs/bench.md says`, () => {
      const code = records.get(slotOf(kind))?.failure?.code;
      assert.ok(codes.includes(code ?? ''), `${code}, not ${codes.join(' or ')}`);
    });
  }

  for (const [kind, outcome, code, blame, step] of known) {
    test(`gives ${kind} its blame and step`, () => {
      const record = records.get(slotOf(kind));
      assert.deepEqual(
        [record?.outcome, record?.failure?.code, record?.failure?.blame, record?.failure?.step],
        [outcome, code, blame, step],
      );
    });
  }

  test('passes the good one', () => assert.equal(records.get(`slot${good}`)?.outcome, 'pass'));

  test('keeps the value that failed, with its limits', () => {
    const heap = records
      .get(slotOf('low-heap'))
      ?.measurements.find((measurement) => measurement.name === 'heap_free');
    assert.equal(heap?.value, 40000);
    assert.equal(heap?.result, 'fail');
  });

  test('lists them for rework with code and remedy', async () => {
    const rows = await readCsv(join(results, 'rework.csv'));
    assert.equal(rows.length, bad);
    const codes = new Set(rows.map((row) => row['Code']));
    for (const [, , code] of known) assert.ok(codes.has(code), code);
    for (const row of rows) assert.ok((row['Remedy'] ?? '').length > 10);
  });

  test('leaves every power line off', async () => {
    const summary = await readFile(join(results, 'summary.txt'), 'utf8');
    assert.match(summary, /^power: all \d+ outputs were read back as off$/m);
  });

  test('does not call a slot safe whose rail stayed up', async () => {
    const summary = await readFile(join(results, 'summary.txt'), 'utf8');
    assert.deepEqual(summary.match(/^power: NOT SAFE.*$/gm), [
      `power: NOT SAFE, bench1 ${slotOf('stuck-on')} had voltage although its output was off`,
    ]);
  });
});

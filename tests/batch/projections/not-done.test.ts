import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { openJournal } from '../../../batch/journal/journal.js';
import { writeProjections } from '../../../batch/projections/projections.js';
import { journalName } from '../../../batch/projections/run-data.js';
import type { BatchHeader, WaveEvent } from '../../../core/batch-record.js';
import type { AttemptRecord } from '../../../core/record.js';
import { attemptStart, ended, passed, runHeader } from '../../reports/records.js';

let root: string;
let count = 0;

before(async () => (root = await mkdtemp(join(tmpdir(), 'rig-not-done-'))));
after(() => rm(root, { recursive: true, force: true }));

const [boardA, boardB] = ['24:6f:28:00:01:0a', '24:6f:28:00:01:0b'] as const;
let attempts = 0;

/** An attempt at unit 1 of a batch, or at another one, with this board. */
const at = (mac: string, replace: Partial<AttemptRecord> = {}): Partial<AttemptRecord> => ({
  unit: 1,
  batch: 'lot-7',
  attemptId: `run1/station1/slot1/${++attempts}`,
  device: { chip: 'esp32', description: 'ESP32', mac },
  flashState: 'release',
  ...replace,
});

const cutOff = (mac: string, replace: Partial<AttemptRecord> = {}) =>
  ended('ABORTED', { message: 'stopped' }, at(mac, { flashState: 'unproved', ...replace }));

async function reportsOf(
  records: readonly AttemptRecord[],
  header: Partial<BatchHeader> = {},
  wave?: WaveEvent,
) {
  const folder = join(root, `${++count}`, 'lot-7');
  const journal = await openJournal(join(folder, journalName), { runId: 'run1' });
  await journal.append('run', runHeader({ runId: 'run1', batch: 'lot-7' }));
  const { units = 1, ...rest } = header;
  const known = { strategy: 'parallel', programme: 'provision', inputs: {} } as const;
  await journal.append('batch', {
    id: 'lot-7',
    ...known,
    changed: [],
    notices: [],
    units,
    pending: units,
    inHand: [],
    ...rest,
  });
  for (const { attemptId, unit = 1, ...record } of records) {
    await journal.append('attempt-start', attemptStart({ attemptId, unit }));
    await journal.append('attempt', { ...record, attemptId, unit });
  }
  if (wave) await journal.append('wave', wave);
  await journal.close();
  const files = await writeProjections(folder);
  const rework = parse(await readFile(files.rework, 'utf8'), { columns: true }) as Record<string, string>[];
  const report = JSON.parse(await readFile(files.report, 'utf8')) as { batch: Record<string, unknown> };
  return { rework, report, summary: await readFile(files.summary, 'utf8') };
}

describe('boards that were begun and replaced', () => {
  for (const serial of [undefined, 'SN-1']) {
    const named = serial === undefined ? 'without a serial number' : 'with a serial number';
    test(`are named when they may be half written, ${named}`, async () => {
      const ofUnit = serial === undefined ? {} : { serial };
      const { rework, summary } = await reportsOf([cutOff(boardA, ofUnit), passed(at(boardB, ofUnit))]);
      assert.deepEqual(
        rework.map((row) => [row['Unit'], row['Code'], row['Flash']?.slice(0, 12)]),
        [[boardA, 'ABORTED', 'HALF WRITTEN']],
      );
      assert.match(
        rework[0]?.['Message'] ?? '',
        new RegExp(`was begun as ${serial ?? 'unit 1'}, .*; stopped`),
      );
      assert.match(
        summary,
        /^boards that others have replaced, to be set aside:\n {2}24:6f:28:00:01:0a · .*HALF/m,
      );
    });
  }

  test('are not named when nothing was written to them, or when they were provisioned since', async () => {
    const untouched = cutOff(boardA, { flashState: 'untouched' });
    const since = [cutOff(boardA), passed(at(boardB)), passed(at(boardA, { unit: 2, serial: 'SN-2' }))];
    for (const records of [[untouched, passed(at(boardB))], since]) {
      const { rework, summary } = await reportsOf(records, { units: 2 });
      assert.deepEqual(rework, []);
      assert.doesNotMatch(summary, /set aside/);
    }
  });

  test('do not lend the state of their flash to the board that came after them', async () => {
    const bad = ended('WRONG_CHIP', {}, at(boardB, { flashState: 'untouched' }));
    const { rework } = await reportsOf([cutOff(boardA), bad]);
    assert.deepEqual(
      rework.map((row) => [row['Unit'], row['Flash']?.slice(0, 11)]),
      [
        [boardB, 'nothing was'],
        [boardA, 'HALF WRITTE'],
      ],
    );
  });
});

describe('units that are not to be done', () => {
  const refused = [{ unit: 2, serial: 'PICO_001', code: 'WRONG_CHIP', why: 'the firmware is for esp32' }];

  test('are named when the batch refuses them, and nobody is told to resume for them', async () => {
    const { report, summary } = await reportsOf([passed(at(boardA))], { units: 2, refused });
    assert.deepEqual(report.batch['refused'], refused);
    assert.deepEqual([report.batch['pending'], report.batch['untouched']], [0, 0]);
    assert.match(
      summary,
      /^1 units skipped, .*:\n {2}PICO_001 \(unit 2\): WRONG_CHIP, the firmware is for esp32$/m,
    );
    assert.doesNotMatch(summary, /to be done/);
  });

  test('are not counted when they are outside of the range', async () => {
    const range = { from: 1, to: 3 };
    const { report, summary } = await reportsOf([passed(at(boardA))], { units: 9, range, refused });
    assert.deepEqual([report.batch['pending'], report.batch['untouched']], [1, 1]);
    assert.match(summary, /^1 units to be done: resume the batch$/m);
  });
});

test('a unit that its own rollback gave back what it held counts as rolled back in its wave', async () => {
  const failed = ended('CHECK_LIMIT', {}, at(boardA, { wave: 1, flashState: 'restored' }));
  const judged = { successRate: 0, verdict: 'missed' as const, rollback: true };
  const { summary } = await reportsOf([failed], {}, { wave: 1, state: 'end', units: [1], ...judged });
  assert.match(summary, /rolled back: 1 of 1$/m);
});

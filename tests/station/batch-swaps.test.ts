import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { unitId } from '../../core/record.js';
import type { JournalEntry } from '../../batch/journal/journal-entries.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { journalOf, linesOf, recordsIn, rig, writeBatch } from './batch.js';
import { readCsv, type StationRun } from './run.js';

/** `RIG_UNITS=50 RIG_SLOTS=8` is the size of rigs/batches/station1-50.yaml, with boards that flash in a moment. */
const units = Number(process.env['RIG_UNITS'] ?? 9);
const slots = Number(process.env['RIG_SLOTS'] ?? 3);

describe(`a batch of ${units} units whose boards are swapped in ${slots} slots`, () => {
  let folder: RigFolder;
  let run: StationRun;
  let entries: JournalEntry[];

  before(async () => {
    folder = await makeRigFolder({ slots });
    const file = await writeBatch(folder, {
      units: { count: units },
      swap: { by: 'slot', detect: 'identity', everySeconds: 0.2 },
    });
    run = await rig(folder, ['run', '--batch-config', file], { RIG_BENCH_SWAPS: '50' });
    entries = await journalOf(folder);
  });
  after(() => folder.remove());

  test('is good, and every unit is a board of its own with one record', async () => {
    assert.equal(run.exitCode, 0, run.output);
    const records = recordsIn(entries);
    assert.equal(records.length, units);
    assert.equal(new Set(records.map(({ unit }) => unit)).size, units);
    assert.equal(new Set(records.map(({ device }) => device && unitId(device))).size, units);
    const rows = await readCsv(join(folder.results, 'lot/batch_results.csv'));
    assert.deepEqual(
      rows.map((row) => row['Status']),
      rows.map(() => 'Success'),
    );
    assert.equal(rows.length, units);
  });

  test('is one run, whose workers go from unit to unit', async () => {
    assert.equal(linesOf(entries, 'run').length, 1);
    const folderOf = join(folder.results, 'lot/allure-results');
    const results = (await readdir(folderOf)).filter((name) => name.endsWith('-result.json'));
    const texts = await Promise.all(results.map((name) => readFile(join(folderOf, name), 'utf8')));
    const workers = texts.map((text) => {
      const { labels } = JSON.parse(text) as { labels: { name: string; value: string }[] };
      return labels.find(({ name }) => name === 'thread')?.value;
    });
    assert.equal(workers.length, units);
    assert.equal(new Set(workers).size, slots);
  });

  test('lets each slot take its next board by itself', () => {
    const starts = linesOf(entries, 'attempt-start');
    const perSlot = new Map<string, number>();
    for (const { slot } of starts) perSlot.set(slot, (perSlot.get(slot) ?? 0) + 1);
    assert.equal(perSlot.size, slots);
    for (const [slot, count] of perSlot) assert.ok(count > 1, `${slot} had one board only`);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { validateJournal } from '../../../batch/journal/chain-proof.js';
import { writeProjections } from '../../../batch/projections/projections.js';
import { readJournal } from '../../../batch/journal/journal-reader.js';
import { journalName } from '../../../batch/projections/run-data.js';
import type { AttemptRecord } from '../../../core/record.js';
import { groupedBy } from '../../../reports/tally.js';
import { syntheticJournal } from '../../performance/synthetic-journal.js';

const units = 400;
const untouched = 12;
let root: string;
let folder: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'rig-scale-'));
  folder = await syntheticJournal(join(root, 'lot-7'), { units, seed: 7, untouched });
});
after(() => rm(root, { recursive: true, force: true }));

interface Report {
  batch: { pending: number; untouched: number };
  summary: Record<string, number> & { passed_on_attempt: Record<string, number> };
  units: { number: number; outcome: string; attempts: Record<string, unknown>[] }[];
  failed_units: unknown[];
}

test('the streamed reports of many units agree with the journal, record by record, and with each other', async () => {
  const records: AttemptRecord[] = [];
  for await (const { data } of readJournal(join(folder, journalName), { types: ['attempt'] }))
    records.push(data);
  const files = await writeProjections(folder);
  const text = await readFile(files.report, 'utf8');
  const report = JSON.parse(text) as Report;
  const rows = parse(await readFile(files.results, 'utf8'), { columns: true }) as Record<string, string>[];

  assert.deepEqual(
    report.units.map(({ number }) => number),
    Array.from({ length: units - untouched }, (_, index) => index + 1),
  );
  const byUnit = groupedBy(records, ({ unit }) => unit);
  for (const [index, unit] of report.units.entries()) {
    const ofUnit = byUnit.get(unit.number) ?? [];
    assert.deepEqual(
      unit.attempts.map(({ attempt_id: id, measurements }) => [id, measurements]),
      ofUnit.map(({ attemptId, measurements }) => [attemptId, measurements]),
    );
    assert.equal(unit.outcome, ofUnit.at(-1)?.outcome);
    assert.equal(rows[index]?.['Status'], unit.outcome === 'pass' ? 'Success' : 'Failure');
  }
  const { summary } = report;
  const passed = Object.values(summary.passed_on_attempt).reduce((sum, number) => sum + number, 0);
  assert.ok((summary.passed_on_attempt['2'] ?? 0) > 5);
  assert.deepEqual([summary['success_count'], summary['total_count']], [passed, units - untouched]);
  assert.equal(report.failed_units.length, units - untouched - passed);
  assert.deepEqual([report.batch.pending, report.batch.untouched], [untouched, untouched]);
  assert.ok(
    text.split('\n').some((line) => line.startsWith('    {"unit":"SN-0000001",')),
    'a line a unit',
  );
});

test('what is there is replaced by the same when it is made again, and nothing is left behind', async () => {
  const contents = async () => {
    const names = [await readdir(folder), await readdir(root)].flat().sort();
    const paths = (await readdir(folder)).map((name) => join(folder, name));
    const days = (await readdir(root))
      .filter((name) => name.startsWith('factory'))
      .map((name) => join(root, name));
    return [names, await Promise.all([...paths, ...days].map((path) => readFile(path, 'utf8')))];
  };
  await writeProjections(folder);
  const once = await contents();
  await writeProjections(folder);
  assert.deepEqual(await contents(), once);
  assert.deepEqual((await validateJournal(folder)).problems, []);
});

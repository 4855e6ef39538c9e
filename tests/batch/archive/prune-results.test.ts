import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openJournal } from '../../../batch/journal/journal.js';
import { pruneResults } from '../../../batch/archive/prune-results.js';
import { takeBackup } from '../../../drivers/flash/backup/backup.js';
import { unitMark } from '../../../fixtures/unproved-mark.js';
import { batchEntries, linkLatest, now, resultsStand } from './results-stand.js';

const old = { daysOld: 400 };
const yearly = { keepDays: 365 };
const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

test('runs older than is asked for are removed, younger ones and records of units stay', async (t) => {
  const stand = await resultsStand(t);
  const gone = await stand.add('old', old);
  const young = await stand.add('young', { daysOld: 364 });
  await stand.put('factory_records_20251001.csv', 'Device,Mac\n');
  assert.deepEqual(await stand.prune(yearly), { old: 'removed: last used 400 days ago, kept for 365' });
  assert.deepEqual([await exists(gone), await exists(young)], [false, true]);
  assert.equal(await readFile(join(stand.results, 'factory_records_20251001.csv'), 'utf8'), 'Device,Mac\n');
});

test('nothing goes without a limit, and nothing in a dry run', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('old', old);
  const shown = await stand.prune({ ...yearly, maxBytes: 1 }, { dryRun: true });
  assert.match(shown['old'] ?? '', /^removed: /);
  assert.ok(await exists(folder));
  assert.deepEqual(await readdir(stand.results), ['old'], 'not even a lock');
  assert.deepEqual(await stand.prune({}), {});
  assert.ok(await exists(folder));
});

test('what is no run is left alone, however old', async (t) => {
  const stand = await resultsStand(t);
  await stand.put('performance/figures.json', '{}');
  await stand.put('.fitness/station1.slot1.json', '{}');
  await stand.prune({ keepDays: 0, maxBytes: 0 });
  assert.ok(await exists(join(stand.results, 'performance/figures.json')));
  assert.ok(await exists(join(stand.results, '.fitness/station1.slot1.json')));
});

test('beyond the room that there is the oldest go first, and no more than needed', async (t) => {
  const stand = await resultsStand(t);
  const files = { 'console/slot1-1.log': Buffer.alloc(100_000, 1) };
  for (const daysOld of [3, 1, 2]) await stand.add(`run-${daysOld}`, { daysOld, files });
  const { steps, beforeBytes, afterBytes } = await pruneResults({
    results: stand.results,
    retention: { maxBytes: 220_000 },
    now,
  });
  assert.deepEqual(
    steps.map(({ name, done }) => [name, done]),
    [['run-3', 'removed']],
  );
  assert.ok(beforeBytes > 300_000 && afterBytes > 200_000 && afterBytes <= 220_000);
});

test('a run that is being written stays', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('live', old);
  const journal = await openJournal(join(folder, 'journal.jsonl'), { runId: 'live' });
  t.after(() => journal.close());
  // Its journal grows on only later.
  const shown = await stand.prune({ keepDays: -1, maxBytes: 0 });
  assert.match(shown['live'] ?? '', /^kept: run live writes it \(pid \d+\)$/);
  assert.ok(await exists(folder));
});

test('the newest run stays', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('newest', old);
  await linkLatest(stand, 'newest');
  assert.deepEqual(await stand.prune(yearly), { newest: 'kept: results/latest is this run' });
  assert.ok(await exists(folder));
});

test('a batch that is not complete stays, and one that is complete or cancelled does not', async (t) => {
  const stand = await resultsStand(t);
  const half = await stand.add('half', { ...old, isBatch: true, entries: batchEntries(3, 2) ?? [] });
  await stand.add('begun', { ...old, isBatch: true, entries: (batchEntries(3, 3) ?? []).slice(0, -1) });
  await stand.add('whole', { ...old, isBatch: true, entries: batchEntries(3, 3) ?? [] });
  const cancel = { what: 'cancel', by: 'operator', why: 'wrong release' } as const;
  const cancelled = [...(batchEntries(3, 1) ?? [])];
  cancelled.splice(-1, 0, ['control', cancel]);
  await stand.add('cancelled', { ...old, isBatch: true, entries: cancelled });
  const shown = await stand.prune(yearly);
  assert.match(
    shown['half'] ?? '',
    /^kept: its batch is not complete \(stopped\); rig batch cancel ends it$/,
  );
  assert.match(shown['begun'] ?? '', /^kept: its batch is not complete \(died\)/);
  assert.match(shown['whole'] ?? '', /^removed/);
  assert.match(shown['cancelled'] ?? '', /^removed/);
  assert.ok(await exists(half));
});

test('a batch that another one of its id has taken the place of may go, also when it was not complete', async (t) => {
  const stand = await resultsStand(t);
  await stand.add('archive/lot-20250101-120000', {
    ...old,
    isBatch: true,
    entries: batchEntries(3, 2) ?? [],
  });
  assert.match((await stand.prune(yearly))['lot-20250101-120000'] ?? '', /^removed/);
});

const origin = { station: 'station1', slot: 'slot1', board: 'tiny', chip: 'esp32' };
const driver = { read: async (_: number, sizeBytes: number) => Buffer.alloc(sizeBytes, 7) };

async function withBackup(folder: string, runId: string, unit: string) {
  const place = join(folder, 'backups/station1-slot1-1');
  const attemptId = `${runId}/station1/slot1/1`;
  await takeBackup(driver, [{ offset: 0, sizeBytes: 4096 }], place, { ...origin, unit, attemptId });
  return place;
}

test('the backup that a unit needs whose flash is not proved stays, and so does the run that wrote it', async (t) => {
  const stand = await resultsStand(t);
  const mac = '24:6f:28:00:00:01';
  const backup = await withBackup(await stand.add('first', old), 'first', mac);
  await stand.add('second', old);
  await stand.add('third', old);
  await unitMark(stand.results, mac).set({ attemptId: 'second/station1/slot1/1', backup });
  const shown = await stand.prune(yearly);
  assert.equal(shown['first'], 'kept: it has the backup of a unit whose flash is not proved');
  assert.equal(shown['second'], 'kept: it has written a unit whose flash is not proved');
  assert.match(shown['third'] ?? '', /^removed/);
  await unitMark(stand.results, mac).clear();
  assert.deepEqual(Object.keys(await stand.prune(yearly)), ['first', 'second']);
});

test('of a marked unit the newest backup stays, also where the mark names none', async (t) => {
  const stand = await resultsStand(t);
  await withBackup(await stand.add('run-a', old), 'run-a', 'AA:bb');
  await unitMark(stand.results, 'aa:BB').set({ attemptId: 'elsewhere/station1/slot1/1' });
  await withBackup(await stand.add('run-b', old), 'run-b', 'slot1');
  await unitMark(stand.results, 'station1.slot1').set({ attemptId: 'elsewhere/station1/slot1/2' });
  const shown = await stand.prune(yearly);
  for (const name of ['run-a', 'run-b'])
    assert.equal(shown[name], 'kept: it has the backup of a unit whose flash is not proved');
});

test('when a mark cannot be read, every backup stays', async (t) => {
  const stand = await resultsStand(t);
  await withBackup(await stand.add('with-backup', old), 'with-backup', 'someone');
  await stand.add('without', old);
  await stand.put('.unproved/24:6f:28:00:00:01.json', '{"attempt');
  const shown = await stand.prune(yearly);
  assert.match(shown['with-backup'] ?? '', /^kept: it has backups, and a mark .* cannot be read$/);
  assert.match(shown['without'] ?? '', /^removed/);
});

test('the self-test that a slot is fit by stays, also in a folder that is not called as its run', async (t) => {
  const stand = await resultsStand(t);
  await stand.add('lot-7', { ...old, runId: '20251101-080000-aaaa' });
  const fitness = { attemptId: '20251101-080000-aaaa/station1/slot1/1', outcome: 'pass' };
  await stand.put('.fitness/station1.slot1.json', JSON.stringify(fitness));
  assert.deepEqual(await stand.prune(yearly), { 'lot-7': 'kept: a slot is fit by its self-test' });
});

test('a journal that was changed is kept for who has to find out why', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('forged', old);
  const path = join(folder, 'journal.jsonl');
  const { mtime } = await stat(path);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"seq":1', '"seq":7'));
  await appendFile(path, '{"seq":8}\n');
  await utimes(path, mtime, mtime);
  assert.match((await stand.prune(yearly))['forged'] ?? '', /^kept: its journal cannot be read/);
});

test('two that prune at the same time do not meet', async (t) => {
  const stand = await resultsStand(t);
  await stand.add('old', { ...old, files: { 'console/a.log': Buffer.alloc(3_000_000, 3) } });
  const both = await Promise.allSettled([stand.prune({ archiveDays: 1 }), stand.prune({ archiveDays: 1 })]);
  const busy = both.filter(({ status }) => status === 'rejected');
  assert.equal(busy.length, 1);
  assert.equal((busy[0] as PromiseRejectedResult).reason.code, 'RESULTS_BUSY');
});

test('what cannot be archived is said and left as it is, and the rest goes on', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('one', { daysOld: 500 });
  await stand.add('two', old);
  // A folder stands where the index of the archive has to go.
  await mkdir(join(stand.results, 'archive/one.json/x'), { recursive: true });
  const shown = await stand.prune({ archiveDays: 100 });
  assert.match(shown['one'] ?? '', /^failed: ARCHIVE_FAILED: .*one: .+; it was left as it is$/);
  assert.match(shown['two'] ?? '', /^archived/);
  assert.ok(await exists(join(folder, 'journal.jsonl')));
  assert.ok(!(await readdir(join(stand.results, 'archive'))).some((name) => name.endsWith('.tmp')));
});

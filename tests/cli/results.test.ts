import assert from 'node:assert/strict';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { listStored, pruneStored, pruneText, storedTable } from '../../cli/results.js';
import { readRetention } from '../../rigs/retention.js';
import { linkLatest, resultsStand } from '../batch/archive/results-stand.js';
import { parseOnly } from './parse-only.js';

test('the list says how old and large each run is, and why some stay', async (t) => {
  const stand = await resultsStand(t);
  await stand.add('run-2', { daysOld: 3 });
  await stand.add('run-1', { daysOld: 5000 });
  await linkLatest(stand, 'run-2');
  const listed = await listStored(stand.results);
  assert.deepEqual(
    listed.stored.map(({ name, kind, needed }) => [name, kind, needed]),
    [
      ['run-1', 'folder', undefined],
      ['run-2', 'folder', 'results/latest is this run'],
    ],
  );
  const lines = storedTable(listed).split('\n');
  assert.match(lines[0] ?? '', /^NAME +KIND +LAST USED +SIZE +STAYS, SINCE$/);
  assert.match(lines[1] ?? '', /^run-1 +folder +2013-03-13 +1 KB$/);
  assert.match(lines[2] ?? '', /^run-2 +folder +2026-11-17 +1 KB +results\/latest is this run$/);
  assert.equal(lines[3], '2 in all, 1 KB');
  assert.equal(storedTable(await listStored('/no/such/folder')), 'no runs in /no/such/folder\n');
});

test('limits come from the rig, flags take their place, and without any nothing is done', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('run-1', { daysOld: 5000 });
  const rigs = join(stand.results, '../rigs');
  await mkdir(rigs);
  const places = { rigs, results: stand.results };
  await assert.rejects(pruneStored(places, {}, false), {
    code: 'CONFIG_INVALID',
    message: /no retention\.yaml, .*give --archive-days, --keep-days or --max-bytes$/,
  });
  await writeFile(join(rigs, 'retention.yaml'), 'keepDays: 20000\nmaxBytes: 2 GB\n');
  assert.deepEqual((await readRetention(rigs)).retention, { keepDays: 20_000, maxBytes: 2 * 1024 ** 3 });
  assert.deepEqual((await pruneStored(places, {}, false)).steps, []);
  const shown = await pruneStored(places, { keepDays: 100 }, true);
  assert.match(
    pruneText(shown, true),
    /^removed {3}run-1 {2}last used \d+ days ago, kept for 100\nnothing was done; /,
  );
  assert.ok(await stat(folder));
  const done = await pruneStored(places, { keepDays: 100 }, false);
  assert.match(pruneText(done, false), /^removed .*\nresults have 0 KB, they had 1 KB\n$/);
  await assert.rejects(stat(folder), { code: 'ENOENT' });
});

test('a retention file that is wrong is told with its place, and nothing is removed', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('run-1', { daysOld: 5000 });
  const rigs = join(stand.results, '../rigs');
  await mkdir(rigs);
  await writeFile(join(rigs, 'retention.yaml'), 'keepdays: 100\nmaxBytes: much\n');
  await assert.rejects(pruneStored({ rigs, results: stand.results }, { keepDays: 1 }, false), {
    code: 'CONFIG_INVALID',
    message:
      /retention\.yaml:1:1 keepdays: .*did you mean `keepDays`[\s\S]*retention\.yaml:2:11 maxBytes: is "much"/,
  });
  assert.ok(await stat(folder));
});

test('days and sizes that cannot be are refused', () => {
  parseOnly('results prune --keep-days 0.5 --max-bytes 50GB');
  assert.throws(() => parseOnly('results prune --keep-days soon'), /a number of days is needed/);
  assert.throws(() => parseOnly('results prune --max-bytes 50TB'), /a size like 500MB or 50GB/);
});

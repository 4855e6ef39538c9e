import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, cp, link, mkdir, readdir, readFile, stat, symlink, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { archiveFolderOf, type ArchiveIndex } from '../../../batch/archive/make-archive.js';
import { differences, manifestHash, manifestOf, manifestOfArchive } from '../../../batch/archive/manifest.js';
import { dayMs, now, resultsStand, type ResultsStand } from './results-stand.js';

const everything = () => false;
const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
const indexOf = async (stand: ResultsStand, name: string) =>
  JSON.parse(await readFile(join(stand.results, 'archive', `${name}.json`), 'utf8')) as ArchiveIndex;
const noise = (sizeBytes: number) => randomFillSync(Buffer.alloc(sizeBytes));

test('an archive holds every file and link of its run, and gives them back as they were', async (t) => {
  const stand = await resultsStand(t);
  const longName = `console/${'a'.repeat(120)}/${'b'.repeat(120)}.log`;
  const folder = await stand.add('run-1', {
    daysOld: 40,
    files: { 'summary.txt': 'good\n', 'empty.csv': '', [longName]: noise(70_000), 'Prüfung/ö.log': 'ü' },
  });
  await symlink('summary.txt', join(folder, 'newest.txt'));
  await link(join(folder, 'summary.txt'), join(folder, 'same.txt'));
  const server = createServer().listen(join(folder, 's.sock'));
  t.after(() => server.close());
  await once(server, 'listening');
  const before = await manifestOf(folder, everything);
  assert.equal(before.size, 7, 'the socket is no content');

  assert.match((await stand.prune({ archiveDays: 30 }))['run-1'] ?? '', /^archived: last used 40 days ago/);
  assert.equal(await exists(folder), false);
  const index = await indexOf(stand, 'run-1');
  const archive = join(stand.results, 'archive/run-1.tar.gz');
  assert.equal(
    index.sha256,
    createHash('sha256')
      .update(await readFile(archive))
      .digest('hex'),
  );
  assert.equal(index.contentSha256, manifestHash(before));
  assert.deepEqual([index.files, index.lastUsedAt], [7, new Date(now.getTime() - 40 * dayMs).toISOString()]);

  await promisify(execFile)('tar', ['-xzf', archive, '-C', stand.results]);
  assert.deepEqual(differences(before, await manifestOf(folder, everything)), []);
});

test('an archive goes when its run is too old, by when that was used last', async (t) => {
  const stand = await resultsStand(t);
  await stand.add('run-1', { daysOld: 40 });
  await stand.prune({ archiveDays: 30 });
  assert.deepEqual(await stand.prune({ archiveDays: 30, keepDays: 41 }), {});
  assert.match((await stand.prune({ archiveDays: 30, keepDays: 39 }))['run-1'] ?? '', /^removed/);
  assert.deepEqual(await readdir(join(stand.results, 'archive')), []);
});

test('a later batch of the same id does not take the place of the earlier one’s archive', async (t) => {
  const stand = await resultsStand(t);
  for (const content of ['first', 'second']) {
    await stand.add('lot', { daysOld: 40, files: { 'summary.txt': content } });
    await stand.prune({ archiveDays: 30 });
  }
  const names = (await readdir(join(stand.results, 'archive'))).sort();
  assert.deepEqual(names, ['lot-2.json', 'lot-2.tar.gz', 'lot.json', 'lot.tar.gz']);
  const [first, second] = await Promise.all(['lot', 'lot-2'].map((name) => indexOf(stand, name)));
  assert.notEqual(first?.contentSha256, second?.contentSha256);
});

test('a folder that changes while it is packed is not archived', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('busy', { daysOld: 40, files: { 'a.log': noise(8_000_000) } });
  const archive = join(stand.results, 'archive');
  const running = archiveFolderOf(folder, archive, { sizeBytes: 0, lastUsedAt: now });
  const refused = assert.rejects(running, {
    code: 'ARCHIVE_FAILED',
    message: /busy: .*; it was left as it is$/,
  });
  while (!(await exists(join(archive, '.busy.tar.gz.tmp')))) await pause(1);
  await appendFile(join(folder, 'a.log'), 'one line more\n');
  await refused;
  assert.deepEqual(await readdir(archive), []);
  assert.ok(await exists(join(folder, 'a.log')));
});

test('an archive that was cut short proves nothing', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('run-1', { daysOld: 40, files: { 'a.log': noise(300_000) } });
  const before = await manifestOf(folder, everything);
  await stand.prune({ archiveDays: 30 });
  const archive = join(stand.results, 'archive/run-1.tar.gz');
  await truncate(archive, 200_000);
  const found = await manifestOfArchive(archive, 'run-1').catch(() => new Map<string, string>());
  assert.notDeepEqual(differences(before, found), []);
});

test('what a crash has left between archive and removal is finished, and packed only once', async (t) => {
  const stand = await resultsStand(t);
  const folder = await stand.add('run-1', { daysOld: 40, files: { 'a.log': noise(50_000) } });
  const copy = join(stand.results, '../copy');
  await cp(folder, copy, { recursive: true, preserveTimestamps: true });
  await stand.prune({ archiveDays: 30 });
  const { archivedAt } = await indexOf(stand, 'run-1');
  await cp(copy, folder, { recursive: true, preserveTimestamps: true });
  await mkdir(join(stand.results, '.leaving-run-0/console'), { recursive: true });
  await stand.put('archive/.run-9.tar.gz.tmp', 'half an archive');
  await stand.put('archive/run-8.json.4711-0123abcd.tmp', '{');
  await stand.put('archive/run-8.json', JSON.stringify({ contentSha256: 'of an archive that is gone' }));
  await stand.put('archive/notes.json', '{"of":"somebody else"}');

  assert.match((await stand.prune({ archiveDays: 30 }))['run-1'] ?? '', /^archived/);
  assert.deepEqual(await readdir(stand.results), ['archive']);
  const left = (await readdir(join(stand.results, 'archive'))).sort();
  assert.deepEqual(left, ['notes.json', 'run-1.json', 'run-1.tar.gz']);
  assert.equal((await indexOf(stand, 'run-1')).archivedAt, archivedAt);
});

for (const sign of ['.run-1.tar.gz.tmp', 'run-1.json', 'run-1.tar.gz']) {
  test(`killed as soon as there is ${sign}, it has lost nothing, and the next one ends it`, async (t) => {
    const stand = await resultsStand(t);
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`console/${index}.log`, noise(50_000)]),
    );
    const folder = await stand.add('run-1', { daysOld: 40, files });
    const before = await manifestOf(folder, everything);
    const archive = join(stand.results, 'archive');
    const program = new URL('../../../batch/archive/prune-results.ts', import.meta.url);
    const code = `const { pruneResults } = await import(${JSON.stringify(program.href)});
      await pruneResults({ results: ${JSON.stringify(stand.results)}, retention: { archiveDays: 30 }, now: new Date(${now.getTime()}) });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      stdio: 'inherit',
    });
    const ended = once(child, 'exit');
    while (child.exitCode === null && !(await exists(join(archive, sign)))) await pause(1);
    child.kill('SIGKILL');
    await ended;

    const left = (await exists(folder))
      ? await manifestOf(folder, (path) => path.includes('.lock'))
      : undefined;
    if (left) assert.deepEqual(differences(before, left), []);
    else
      assert.deepEqual(
        differences(before, await manifestOfArchive(join(archive, 'run-1.tar.gz'), 'run-1')),
        [],
      );
    await stand.prune({ archiveDays: 30 });
    assert.equal(await exists(folder), false);
    assert.deepEqual((await readdir(archive)).sort(), ['run-1.json', 'run-1.tar.gz']);
    assert.deepEqual(
      differences(before, await manifestOfArchive(join(archive, 'run-1.tar.gz'), 'run-1')),
      [],
    );
  });
}

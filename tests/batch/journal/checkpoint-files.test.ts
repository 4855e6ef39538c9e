import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { validateJournal } from '../../../batch/journal/chain-proof.js';
import {
  listCheckpoints,
  writeCheckpoint,
  type Checkpoint,
} from '../../../batch/journal/checkpoint-files.js';
import { journalledCheckpoints, validateCheckpoint } from '../../../batch/journal/checkpoint-proof.js';
import { takeBackup } from '../../../drivers/flash/backup/backup.js';
import { openJournal } from '../../../batch/journal/journal.js';
import { journalName } from '../../../batch/projections/run-data.js';
import { attemptStart, passed, runHeader } from '../../reports/records.js';

let root: string;
let folder: string;
let path: string;
let count = 0;
const manifest = 'backups/unit1/manifest.json';

before(async () => (root = await mkdtemp(join(tmpdir(), 'rig-checkpoints-'))));
after(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = join(root, `${++count}`);
  path = join(folder, journalName);
  await mkdir(join(folder, 'backups/unit1'), { recursive: true });
  await writeFile(join(folder, manifest), '{"regions":[]}');
  const files = [{ path: manifest, sha256: createHash('sha256').update('{"regions":[]}').digest('hex') }];
  const journal = await openJournal(path, { runId: 'run1' });
  await journal.append('run', runHeader());
  for (const unit of [1, 2]) {
    await journal.append('attempt-start', attemptStart({ slot: `slot${unit}`, unit }));
    await journal.append('attempt', passed({ slot: `slot${unit}`, unit }));
    const id = `wave-${unit}`;
    const head = await journal.append('checkpoint', { id, done: unit, units: 5 });
    const at = `2026-03-04T10:0${unit}:00.000Z`;
    const inputs = { 'release demo-1.2.0': 'ab'.repeat(32) };
    const checkpoint: Checkpoint = { id, at, runId: 'run1', ...head, done: unit, units: 5, inputs, files };
    await writeCheckpoint(folder, checkpoint);
  }
  await journal.close();
});

const change = async (name: string, from: string, to: string) => {
  const text = await readFile(name, 'utf8');
  assert.ok(text.includes(from));
  await writeFile(name, text.replace(from, to));
};
const fileOf = (id: string) => join(folder, 'checkpoints', `${id}.json`);
const problemsOf = async (id: string) => (await validateCheckpoint(folder, id)).problems;

describe('a checkpoint', () => {
  test('is valid while everything up to it is as it was, and gives its inputs back', async () => {
    const { valid, problems, checkpoint } = await validateCheckpoint(folder, 'wave-2');
    assert.deepEqual([valid, problems], [true, []]);
    assert.equal(checkpoint?.seq, 7);
    assert.deepEqual(checkpoint.inputs, { 'release demo-1.2.0': 'ab'.repeat(32) });
  });

  test('is listed in the order of the journal, a damaged one last and by name', async () => {
    await writeFile(join(folder, 'checkpoints', 'half.json'), '{"id": "ha');
    const listed = await listCheckpoints(folder);
    assert.deepEqual(
      listed.map(({ id, checkpoint, damaged }) => [id, checkpoint?.done, damaged]),
      [
        ['wave-1', 1, undefined],
        ['wave-2', 2, undefined],
        ['half', undefined, 'it is not JSON: it was cut short or changed'],
      ],
    );
    assert.deepEqual(await listCheckpoints(join(root, 'nowhere')), []);
  });

  test('is no more to be relied on when a line up to it was changed; one before that line still is', async () => {
    await change(path, '"slot":"slot2"', '"slot":"slot9"');
    assert.deepEqual(await problemsOf('wave-1'), []);
    const [problem, ...more] = await problemsOf('wave-2');
    assert.deepEqual([problem?.where, more], ['journal.jsonl:5', []]);
    assert.match(problem?.what ?? '', /^line 5 was changed \(unit 2, /);
  });

  test('tells that lines are missing at the end of the journal', async () => {
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, `${lines.slice(0, 5).join('\n')}\n`);
    assert.deepEqual(await problemsOf('wave-1'), []);
    assert.match(
      (await problemsOf('wave-2'))[0]?.what ?? '',
      /ends with line 5, and checkpoint wave-2 quotes line 7/,
    );
    const { valid, problems } = await validateJournal(folder);
    assert.deepEqual([valid, problems[0]?.kind], [false, 'cut-short']);
  });

  test('tells that the last line was changed, which no chain shows', async () => {
    await change(path, '"id":"wave-2","done":2', '"id":"wave-2","done":5');
    assert.match(
      (await problemsOf('wave-2'))[0]?.what ?? '',
      /^line 7 was changed, and is not what checkpoint wave-2/,
    );
  });

  test('tells that a file which it relies on was changed, or is gone', async () => {
    await writeFile(join(folder, manifest), '{"regions":[1]}');
    const [changed] = await problemsOf('wave-1');
    assert.equal(changed?.where, manifest);
    assert.match(changed.what, /^it was changed: SHA-256 /);
    await rm(join(folder, manifest));
    assert.equal((await problemsOf('wave-1'))[0]?.what, 'it is not there any more');
  });

  test('whose own file was changed is named as that, and so is one that does not exist', async () => {
    await change(fileOf('wave-1'), '"done": 1', '"done": 2');
    const [problem] = await problemsOf('wave-1');
    assert.deepEqual([problem?.what, problem?.where], ['its content was changed', 'checkpoints/wave-1.json']);
    await writeFile(fileOf('copy'), await readFile(fileOf('wave-2')));
    assert.match((await problemsOf('copy'))[0]?.what ?? '', /file of checkpoint wave-2/);
    assert.match((await problemsOf('none'))[0]?.what ?? '', /no such checkpoint/);
    assert.match((await problemsOf('../../x'))[0]?.what ?? '', /no name of a checkpoint/);
  });
});

describe('the checkpoints that a journal names', () => {
  test('are those with a line, but for one after which the process ended before its file was written', async () => {
    const journal = await openJournal(path, { runId: 'run2' });
    await journal.append('run', runHeader({ runId: 'run2' }));
    await journal.append('checkpoint', { id: 'last', done: 2, units: 5 });
    const attempts = { pass: 2, fail: 0, error: 0, aborted: 0, skipped: 0 };
    await journal.append('run-end', { status: 'passed', endedAt: '2026-03-04T10:10:00.000Z', attempts });
    await journal.close();
    assert.deepEqual(await journalledCheckpoints(path), ['wave-1', 'last']);
  });
});

test('a checkpoint is not valid when a region of a backup was changed, though its index is whole', async () => {
  const backup = join(folder, 'backups/unit1');
  const bytes = Buffer.alloc(4096, 7);
  await takeBackup({ read: async () => bytes }, [{ offset: 0, sizeBytes: bytes.length }], backup, {
    unit: 'unit1',
    attemptId: 'run1/station1/slot1/1',
    station: 'station1',
    slot: 'slot1',
    board: 'esp32-devkit',
    chip: 'esp32',
  });
  const index = 'backups/unit1/backup.json';
  const sha256 = createHash('sha256')
    .update(await readFile(join(folder, index)))
    .digest('hex');
  const { checkpoint } = await validateCheckpoint(folder, 'wave-2');
  assert.ok(checkpoint);
  await writeCheckpoint(folder, { ...checkpoint, files: [{ path: index, sha256 }] });
  assert.deepEqual(await problemsOf('wave-2'), []);
  await writeFile(join(backup, '0x0.bin.gz'), 'nothing');
  const [problem] = await problemsOf('wave-2');
  assert.match(problem?.what ?? '', /BACKUP_DAMAGED: .*0x0\.bin\.gz/);
  assert.equal(problem?.where, 'backups/unit1');
});

import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import { headerOf } from '../batch/units/batch-of.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { attempt, beginBatch } from './begin-batch.js';
import { rig as runRig, startRig } from './rig.js';
import { rigInTerminal } from './terminal.js';

let rig: RigFolder;
before(async () => {
  rig = await makeRigFolder({ slots: 1 });
});
after(() => rig.remove());

const rigCommand = (...words: string[]) => runRig(words, rig.env);
const json = <T>(...words: string[]) => JSON.parse(rigCommand(...words, '--json').stdout) as T;

const begunBatch = (id: string) => beginBatch(rig, id);

const runEnd = { status: 'passed', endedAt: '2026-01-01T00:01:00.000Z' };
const counts = { pass: 2, fail: 1, error: 0, aborted: 0, skipped: 0 };

describe('rig batch status', () => {
  test('says how far a batch is while it runs, and lists it', async () => {
    const { journal } = await begunBatch('live');
    try {
      await attempt(journal, 'live', 1, 'pass');
      await journal.append('attempt-start', headerOf(2, { batch: 'live' }));
      const { code, stdout } = rigCommand('batch', 'status', 'live');
      assert.equal(code, 0);
      assert.match(
        stdout,
        new RegExp(`^live: running, pid ${process.pid}\n {2}3 units: 1 passed, 2 to do\n {2}in hand: 2\n`),
      );
      assert.match(stdout, /^ {2}wave 1: under way$/m);
      assert.match(stdout, /^ {2}notice: fallback_protocol: swd/m);
      const [listed] = json<{ id: string; state: string }[]>('batch', 'list');
      assert.deepEqual([listed?.id, listed?.state], ['live', 'running']);
    } finally {
      await journal.close();
    }
  });

  test('says that a batch died, and with --follow ends with 4', async () => {
    const { journal } = await begunBatch('died');
    await journal.close();
    const status = json<{ state: string; verdict: { why: string[] } }>('batch', 'status', 'died');
    assert.equal(status.state, 'died');
    assert.deepEqual(status.verdict.why, ['3 units have no result yet']);
    const followed = rigCommand('batch', 'status', 'died', '--follow');
    assert.equal(followed.code, 4);
    assert.match(followed.stdout, /^died: DIED: `rig batch resume` goes on with it$/m);
  });

  test('follows a batch to its end, a line for each change, and ends as the batch does', async () => {
    const { journal } = await begunBatch('followed');
    const { text, ended } = startRig(['batch', 'status', 'followed', '--follow'], rig.env);
    const shows = (pattern: RegExp) =>
      pollUntil(() => Promise.resolve(pattern.test(text.stdout) || undefined), {
        timeoutMs: 20_000,
        intervalMs: 20,
        onTimeout: () => new Error(`waited in vain for ${String(pattern)} in ${text.stdout}`),
      });
    try {
      await shows(/Z followed running: 3 units: 0 passed, 3 to do, wave 1$/m);
      await attempt(journal, 'followed', 1, 'pass');
      await attempt(journal, 'followed', 2, 'fail');
      await shows(/3 units: 1 passed, 1 failed, 1 to do, wave 1$/m);
      await attempt(journal, 'followed', 3, 'pass');
      await journal.append('run-end', { ...runEnd, attempts: counts });
    } finally {
      await journal.close();
    }
    const { code, stdout } = await ended;
    assert.match(stdout, /^followed: complete\n {2}3 units: 2 passed, 1 failed, 0 to do$/m);
    assert.match(stdout, /^ {2}verdict: NOT GOOD\n {4}1 units did not pass$/m);
    assert.equal(code, 1);
  });

  test('in a terminal keeps its lines in place, and leaves the last state behind', async () => {
    const { journal } = await begunBatch('watched');
    const { raw, shows, ended } = rigInTerminal(['batch', 'status', 'watched', '--follow'], rig.env);
    try {
      await shows(/0 passed/);
      await attempt(journal, 'watched', 1, 'pass');
      await shows(/1 passed/);
      for (const unit of [2, 3]) await attempt(journal, 'watched', unit, 'pass');
      await journal.append('run-end', { ...runEnd, attempts: counts });
    } finally {
      await journal.close();
    }
    assert.equal(await ended, 0);
    const screen = raw();
    const up = /\x1b\[\d+A\r/g;
    assert.ok([...screen.matchAll(up)].length >= 2, 'it draws over what it drew');
    const end = screen.slice(screen.lastIndexOf('\x1b[J'));
    assert.match(end, /watched: complete[^]*verdict: good/);
  });
});

describe('a batch that is named', () => {
  test('wrongly is refused with those that there are', () => {
    const { code, stderr } = rigCommand('batch', 'status', 'liv');
    assert.equal(code, 2);
    assert.match(stderr, /^BATCH_UNKNOWN: .* has no batch liv; it has .*\blive\b/);
  });

  test('not at all is the newest', async () => {
    const { journal } = await begunBatch('newest');
    await journal.close();
    assert.equal(json<{ id: string }>('batch', 'status').id, 'newest');
  });

  test('and does not run cannot be paused', () => {
    const { code, stderr } = rigCommand('batch', 'pause', 'died', '--why', 'lunch');
    assert.equal(code, 2);
    assert.match(stderr, /^BATCH_NOT_RUNNING: no run of died is under way/);
  });
});

describe('rig checkpoint', () => {
  test('proves a journal, and names a line that was changed', async () => {
    const { folder, journal } = await begunBatch('proved');
    await attempt(journal, 'proved', 1, 'pass');
    await journal.close();
    assert.equal(rigCommand('checkpoint', 'validate', 'proved').code, 0);
    await appendFile(join(folder, 'journal.jsonl'), '{"seq":9,"prev":"00","type":"run-end"}\n{}\n');
    const { code, stdout } = rigCommand('checkpoint', 'validate', 'proved');
    assert.equal(code, 1, stdout);
    assert.match(stdout, /^journal: DAMAGED, \d+ lines\n {2}journal\.jsonl:\d+: .*\n {4}do: /);
    assert.match(stdout, /^proved: NOT VALID$/m);
    assert.equal(json<{ valid: boolean }>('checkpoint', 'validate', 'proved').valid, false);
    assert.match(
      rigCommand('batch', 'list').stderr,
      /^proved cannot be read: `rig checkpoint validate proved`/,
    );
  });

  test('lists none of a batch that has none, also as a flag of run', () => {
    const none = { batch: 'died', folder: join(rig.results, 'died'), checkpoints: [] };
    assert.deepEqual(json('checkpoint', 'list', 'died'), none);
    assert.deepEqual(json('run', '--id', 'died', '--list-checkpoints'), none);
    assert.equal(rigCommand('checkpoint', 'list', 'died').stdout, 'died has no checkpoint yet\n');
  });

  test('says that there is no such checkpoint', () => {
    const { code, stdout } = rigCommand('run', '--id', 'died', '--validate-checkpoint', 'cp9');
    assert.equal(code, 1);
    assert.match(stdout, /^ {2}checkpoints\/cp9\.json: there is no such checkpoint$/m);
  });
});

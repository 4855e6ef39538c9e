import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { openJournal } from '../../../batch/journal/journal.js';
import { hashLine, type JournalEntry } from '../../../batch/journal/journal-entries.js';
import { readJournal } from '../../../batch/journal/journal-reader.js';
import { RigError } from '../../../core/errors.js';
import { attemptStart, passed, runHeader } from '../../reports/records.js';

const writerProgram = new URL('programs/journal-writer.ts', import.meta.url).pathname;
let folder: string;
let count = 0;
const newPath = () => join(folder, `${++count}`, 'journal.jsonl');

before(async () => (folder = await mkdtemp(join(tmpdir(), 'rig-journal-'))));
after(() => rm(folder, { recursive: true, force: true }));

async function entriesOf(path: string): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of readJournal(path)) entries.push(entry);
  return entries;
}

async function threeLines(): Promise<string> {
  const path = newPath();
  const journal = await openJournal(path, { runId: 'run1' });
  await journal.append('run', runHeader());
  await journal.append('attempt-start', attemptStart({}));
  await journal.append('attempt', passed({}));
  await journal.close();
  return path;
}

const withCode = (code: string, words: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof RigError, String(thrown));
  assert.equal(thrown.code, code);
  assert.match(thrown.message, words);
  return true;
};

describe('a journal', () => {
  test('chains each line to the bytes of the one before', async () => {
    const path = await threeLines();
    const lines = (await readFile(path, 'utf8')).split('\n');
    assert.equal(lines.pop(), '');
    const entries = lines.map((line) => JSON.parse(line) as JournalEntry);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      [1, 2, 3],
    );
    assert.equal(entries[0]?.prev, '0'.repeat(64));
    assert.equal(entries[1]?.prev, hashLine(lines[0] ?? ''));
    assert.equal(entries[2]?.prev, hashLine(lines[1] ?? ''));
    assert.deepEqual(await entriesOf(path), entries);
  });

  test('goes on where the last writer stopped', async () => {
    const path = await threeLines();
    const journal = await openJournal(path, { runId: 'run2' });
    assert.equal(journal.torn, undefined);
    const written = await journal.append('run', runHeader({ runId: 'run2' }));
    await journal.close();
    const lines = (await readFile(path, 'utf8')).split('\n');
    assert.deepEqual(written, { seq: 4, hash: hashLine(lines[3] ?? '') });
    assert.equal((await entriesOf(path)).length, 4);
  });

  test('has one writer: a second one is told who it is', async () => {
    const path = newPath();
    const journal = await openJournal(path, { runId: 'run1' });
    const busy = withCode('JOURNAL_BUSY', new RegExp(`run run1 \\(pid ${process.pid}\\)`));
    await assert.rejects(openJournal(path, { runId: 'run2' }), busy);
    await journal.close();
    await journal.close();
    await (await openJournal(path, { runId: 'run2' })).close();
  });

  test('cuts a torn last line, keeps it beside, and says so', async () => {
    const path = await threeLines();
    const whole = await readFile(path);
    for (const tail of ['{"seq":4,"prev":"', '\0\0\0\0', '{"seq":4,"pr\n']) {
      await writeFile(path, Buffer.concat([whole, Buffer.from(tail)]));
      const journal = await openJournal(path, { runId: 'run2' });
      assert.equal(journal.torn?.offset, whole.length);
      assert.equal(journal.torn?.bytes.toString(), tail);
      await journal.close();
      assert.deepEqual(await readFile(path), whole);
      assert.ok((await readFile(`${path}.torn`, 'utf8')).endsWith(tail));
    }
  });

  test('refuses a changed byte, naming the line after it, and cuts nothing', async () => {
    const path = await threeLines();
    const text = await readFile(path, 'utf8');
    const changed = text.replace('"slot":"slot1"', '"slot":"slot2"');
    assert.notEqual(changed, text);
    await writeFile(path, changed);
    await assert.rejects(entriesOf(path), withCode('JOURNAL_CORRUPT', /journal\.jsonl:3: .*line 2/));
    await assert.rejects(openJournal(path, { runId: 'run2' }), withCode('JOURNAL_CORRUPT', /:3: /));
    assert.equal(await readFile(path, 'utf8'), changed);
  });

  test('refuses a line that is no JSON when others follow it', async () => {
    const path = await threeLines();
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, [lines[0], `x${lines[1]}`, lines[2], ''].join('\n'));
    await assert.rejects(entriesOf(path), withCode('JOURNAL_CORRUPT', /:2: it is not JSON/));
  });

  test('refuses a removed line', async () => {
    const path = await threeLines();
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, [lines[0], lines[2], ''].join('\n'));
    await assert.rejects(entriesOf(path), withCode('JOURNAL_CORRUPT', /:2: it carries the number 3/));
  });

  test('yields only the entries that are asked for, and proves all of them', async () => {
    const path = await threeLines();
    const seen: JournalEntry[] = [];
    for await (const entry of readJournal(path, { types: ['attempt', 'run'] })) seen.push(entry);
    assert.deepEqual(
      seen,
      (await entriesOf(path)).filter(({ type }) => type !== 'attempt-start'),
    );
    await writeFile(path, (await readFile(path, 'utf8')).replace('"slot":"slot1"', '"slot":"slot2"'));
    await assert.rejects(
      async () => {
        for await (const { type } of readJournal(path, { types: ['attempt'] })) assert.equal(type, '');
      },
      withCode('JOURNAL_CORRUPT', /:3: /),
    );
  });

  test('is read whole whatever the length of its lines', async () => {
    const path = newPath();
    const journal = await openJournal(path, { runId: 'run1' });
    const lengths = [10, 3_000_000, 1 << 20, 5, 1_048_000, 0, 2_500_000];
    for (const length of lengths) {
      const description = '\u00b0'.repeat(length);
      await journal.append('attempt-start', attemptStart({ board: description }));
    }
    await journal.close();
    const seen = (await entriesOf(path)).flatMap((entry) =>
      entry.type === 'attempt-start' ? entry.data.board.length : [],
    );
    assert.deepEqual(seen, lengths);
  });

  test('yields what is proved before it reports the break', async () => {
    const path = await threeLines();
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, [lines[0], lines[2], ''].join('\n'));
    const seen: number[] = [];
    await assert.rejects(async () => {
      for await (const { seq } of readJournal(path)) seen.push(seq);
    });
    assert.deepEqual(seen, [1]);
  });

  test('keeps what was acknowledged when its writer is killed in the middle', async () => {
    const path = newPath();
    const writer = spawn(process.execPath, ['--import', 'tsx', writerProgram, path]);
    const ended = once(writer, 'exit');
    let acknowledged = 0;
    for await (const line of createInterface(writer.stdout)) {
      acknowledged = Math.max(acknowledged, Number(line));
      if (acknowledged > 50) writer.kill('SIGKILL');
    }
    await ended;
    const journal = await openJournal(path, { runId: 'next' });
    const { seq } = await journal.append('run', runHeader());
    await journal.close();
    assert.ok(seq > acknowledged, `line ${seq} after ${acknowledged} acknowledged ones`);
    assert.equal((await entriesOf(path)).length, seq);
  });

  test('refuses everything after a write failed, and leaves whole lines only', async () => {
    const path = newPath();
    const writer = spawn('sh', [
      '-c',
      'ulimit -f 100; exec "$@"',
      'sh',
      ...[process.execPath, '--import', 'tsx', writerProgram, path],
    ]);
    let said = '';
    writer.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(writer, 'close');
    assert.match(said, /stopped RigError: JOURNAL_WRITE_FAILED: .*EFBIG/);
    assert.match(said, /then RigError: JOURNAL_WRITE_FAILED/);
    const acknowledged = Math.max(...[...said.matchAll(/^\d+$/gm)].map(Number));
    const torn: unknown[] = [];
    const seen: number[] = [];
    for await (const { seq } of readJournal(path, { onTorn: (tail) => torn.push(tail) })) seen.push(seq);
    assert.equal(seen.length, acknowledged);
    assert.deepEqual(torn, []);
  });

  test('takes one fsync a commit, and one for all commits that wait together', async (t) => {
    const path = newPath();
    const journal = await openJournal(path, { runId: 'run1' });
    const { open } = await import('node:fs/promises');
    const probe = await open(path, 'r');
    const sync = t.mock.method(Object.getPrototypeOf(probe) as { sync(): Promise<void> }, 'sync');
    await probe.close();
    for (let attempt = 1; attempt <= 10; attempt++) await journal.append('attempt', passed({ attempt }));
    assert.equal(sync.mock.callCount(), 10);
    const written = await Promise.all(
      Array.from({ length: 100 }, () => journal.append('attempt', passed({}))),
    );
    assert.equal(written.at(-1)?.seq, 110);
    // The first of them is on its way before the others come.
    assert.equal(sync.mock.callCount(), 12);
    await journal.close();
  });
});

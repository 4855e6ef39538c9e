import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { validateJournal, type JournalProblem } from '../../../batch/journal/chain-proof.js';
import { openJournal } from '../../../batch/journal/journal.js';
import { writeProjections } from '../../../batch/projections/projections.js';
import { journalName } from '../../../batch/projections/run-data.js';
import { attemptStart, passed, runHeader } from '../../reports/records.js';

let root: string;
let folder: string;
let path: string;
let lines: string[];
let count = 0;

before(async () => (root = await mkdtemp(join(tmpdir(), 'rig-chain-'))));
after(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = join(root, `${++count}`);
  path = join(folder, journalName);
  const journal = await openJournal(path, { runId: 'run1' });
  await journal.append('run', runHeader());
  for (const unit of [1, 2, 3]) {
    const place = { slot: `slot${unit}`, unit };
    await journal.append('attempt-start', attemptStart(place));
    await journal.append('attempt', passed(place));
  }
  const attempts = { pass: 3, fail: 0, error: 0, aborted: 0, skipped: 0 };
  await journal.append('run-end', { status: 'passed', endedAt: '2026-03-04T10:00:30.000Z', attempts });
  await journal.close();
  lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
});

const write = (changed: readonly string[]) => writeFile(path, `${changed.join('\n')}\n`);

/** The only problem that is found. */
async function problem(): Promise<JournalProblem> {
  const { problems, valid } = await validateJournal(folder);
  const [first, ...more] = problems;
  assert.ok(first, 'nothing was found');
  assert.deepEqual(more, []);
  assert.equal(valid, first.handling === 'repaired');
  assert.equal(first.where, `${journalName}:${first.line}`);
  assert.ok(first.remedy.length > 20);
  return first;
}

async function refuses(kind: JournalProblem['kind'], line: number, what: RegExp): Promise<void> {
  const found = await problem();
  assert.deepEqual([found.kind, found.line, found.handling], [kind, line, 'refused']);
  assert.match(found.what, what);
}

describe('the proof of a journal', () => {
  test('finds nothing in one that is as it was written', async () => {
    const verdict = await validateJournal(folder);
    assert.deepEqual([verdict.valid, verdict.problems, verdict.lines], [true, [], 8]);
    assert.match(verdict.head, /^[0-9a-f]{64}$/);
  });

  test('names the line of any byte that was flipped, and its unit', async () => {
    const whole = await readFile(path);
    const ends = lines.map((_, index) => lines.slice(0, index + 1).join('\n').length);
    for (let at = 0; at < whole.length; at += 97) {
      const line = ends.findIndex((end) => at < end) + 1;
      // What the last line holds is proved by nothing but the files that quote it.
      if (line === lines.length) break;
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      await writeFile(path, flipped);
      const found = await problem();
      assert.deepEqual([found.kind, found.line, found.handling], ['changed', line, 'refused'], `byte ${at}`);
      const unit = Math.floor(line / 2);
      if (line > 1) assert.match(found.about, new RegExp(`unit ${unit}|slot${unit}`));
    }
  });

  test('names the lines that a flipped line feed joins, or that one put into a line makes of it', async () => {
    const text = `${lines.join('\n')}\n`;
    const end = text.indexOf('\n', text.indexOf('"seq":4,'));
    await writeFile(path, `${text.slice(0, end)}\v${text.slice(end + 1)}`);
    await refuses('changed', 4, /^line 4 was changed \(unit 2/);
    await writeFile(path, `${text.slice(0, end - 50)}\n${text.slice(end - 49)}`);
    await refuses('changed', 4, /^lines 4 to 5 were changed \(.*slot2/);
  });

  test('names a line that was removed, by the attempt that misses it', async () => {
    await write(lines.filter((_, index) => index !== 4));
    await refuses(
      'removed',
      5,
      /^line 5 was removed after line 4 \(unit 2, attempt run1\/station1\/slot2\/1\)$/,
    );
    await write(lines.filter((_, index) => index !== 3));
    await refuses('removed', 4, /^line 4 was removed after line 3 \(unit 2, attempt/);
    await write(lines.filter((_, index) => index < 2 || index > 4));
    await refuses('removed', 3, /^lines 3 to 5 were removed after line 2 \(unit 1/);
    await write(lines.slice(1));
    await refuses('removed', 1, /^line 1 was removed after line 0/);
  });

  test('names a line that was put in: another one, a copy, a forged one, or no line at all', async () => {
    const [third = '', fifth = ''] = [lines[2], lines[4]];
    const putIn = (line: string) => write([...lines.slice(0, 5), line, ...lines.slice(5)]);
    await putIn(third);
    await refuses('added', 6, /^line 6 was added \(unit 1, .*\(attempt\)\)$/);
    await putIn(fifth);
    await refuses('added', 6, /^line 6 was added \(unit 2, /);
    await putIn(fifth.replace('"seq":5', '"seq":6'));
    await refuses('added', 6, /^line 6 was added \(unit 2, /);
    await putIn('');
    await refuses('added', 6, /^line 6 was added$/);
  });

  test('names two lines that were swapped', async () => {
    const [fifth = '', sixth = ''] = [lines[4], lines[5]];
    await write([...lines.slice(0, 4), sixth, fifth, ...lines.slice(6)]);
    await refuses('changed', 5, /^lines 5 to 6 were changed \(unit 3/);
  });

  test('names each of several damages', async () => {
    const changed = lines.map((line, index) => (index === 1 ? line.replace('slot1', 'slot7') : line));
    await write([...changed.slice(0, 4), ...changed.slice(5)]);
    const { problems } = await validateJournal(folder);
    assert.deepEqual(
      problems.map(({ kind, line }) => [kind, line]),
      [
        ['changed', 2],
        ['removed', 5],
      ],
    );
  });

  test('says of a torn end that the next run cuts it, and whose it was', async () => {
    const last = lines[6] ?? '';
    await writeFile(path, `${lines.slice(0, 6).join('\n')}\n${last.slice(0, 300)}`);
    const found = await problem();
    assert.deepEqual([found.kind, found.line, found.handling], ['torn', 7, 'repaired']);
    assert.match(found.what, /^the last write was cut short: 300 bytes of line 7 \(.*slot3/);
    await (await openJournal(path, { runId: 'run2' })).close();
    assert.deepEqual((await validateJournal(folder)).problems, []);
  });

  test('knows from the JSON report that lines are missing at the end, or that the last was changed', async () => {
    await writeProjections(folder);
    assert.deepEqual((await validateJournal(folder)).problems, []);
    await write(lines.slice(0, 6));
    await refuses(
      'cut-short',
      7,
      /^lines are missing at the end: it ends with line 6, and batch_report_\w+\.json quotes line 8$/,
    );
    await write(lines);
    await truncate(path, (await readFile(path)).length - 20);
    const { problems } = await validateJournal(folder);
    assert.deepEqual(
      problems.map(({ kind, handling }) => [kind, handling]),
      [
        ['cut-short', 'refused'],
        ['torn', 'repaired'],
      ],
    );
    await write([...lines.slice(0, 7), (lines[7] ?? '').replace('"pass":3', '"pass":4')]);
    await refuses('changed', 8, /^line 8 was changed, and is not what batch_report_\w+\.json quotes$/);
  });

  test('says that there is none', async () => {
    await rm(path);
    await refuses('missing', 1, /^there is no journal$/);
  });
});

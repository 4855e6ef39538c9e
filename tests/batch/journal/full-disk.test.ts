import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { validateJournal } from '../../../batch/journal/chain-proof.js';
import { openJournal } from '../../../batch/journal/journal.js';
import { readJournal } from '../../../batch/journal/journal-reader.js';
import { journalName } from '../../../batch/projections/run-data.js';
import { attemptStart, runHeader } from '../../reports/records.js';

let disk: string;
let whyNot: string | false = false;

before(async () => {
  disk = await mkdtemp(join(tmpdir(), 'rig-full-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
  if (mounted.status !== 0) whyNot = 'mounting a small file system takes root';
});
after(async () => {
  if (whyNot === false) spawnSync('umount', [disk]);
  await rm(disk, { recursive: true, force: true });
});

test('a full disk is named, loses nothing that was acknowledged, and the journal goes on when there is space', async (t) => {
  if (whyNot !== false) return t.skip(whyNot);
  const path = join(disk, journalName);
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc(100 * 1024));
  const journal = await openJournal(path, { runId: 'run1' });
  await journal.append('run', runHeader());
  let acknowledged = 1;
  const fill = async () => {
    for (;;) acknowledged = (await journal.append('attempt-start', attemptStart({}))).seq;
  };
  await assert.rejects(fill(), /^RigError: JOURNAL_WRITE_FAILED: .*journal\.jsonl: ENOSPC/);
  await assert.rejects(journal.append('attempt-start', attemptStart({})), /JOURNAL_WRITE_FAILED/);
  await journal.close();
  assert.ok(acknowledged > 100, `${acknowledged} lines`);
  const whole = await validateJournal(disk);
  assert.deepEqual([whole.valid, whole.problems, whole.lines], [true, [], acknowledged]);

  // What a writer leaves that is killed in the middle of the write that found no space.
  const torn = '{"seq":';
  await appendFile(path, torn);
  const { problems } = await validateJournal(disk);
  assert.deepEqual(
    problems.map(({ kind, line, handling }) => [kind, line, handling]),
    [['torn', acknowledged + 1, 'repaired']],
  );
  await writeFile(join(disk, 'more'), '').catch(() => undefined);
  await appendFile(filler, Buffer.alloc(200 * 1024)).catch(() => undefined);
  await assert.rejects(openJournal(path, { runId: 'run2' }), /JOURNAL_WRITE_FAILED: .*ENOSPC/);
  assert.ok((await readFile(path, 'utf8')).endsWith(torn), 'nothing is cut that could not be kept');

  await rm(filler);
  const again = await openJournal(path, { runId: 'run2' });
  assert.equal(again.torn?.bytes.toString(), torn);
  await again.append('run', runHeader({ runId: 'run2' }));
  await again.close();
  assert.equal(await readFile(`${path}.torn`, 'utf8'), torn);
  let last = 0;
  for await (const { seq } of readJournal(path)) last = seq;
  assert.equal(last, acknowledged + 1);
  assert.deepEqual((await validateJournal(disk)).problems, []);
});

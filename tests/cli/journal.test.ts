import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openJournal } from '../../batch/journal/journal.js';
import { formatJournalSummary, journalSummary } from '../../cli/journal.js';
import { attemptStart, ended, passed, runHeader } from '../reports/records.js';

describe('the summary of a journal', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rig-journal-'));
    path = join(folder, 'journal.jsonl');
    const journal = await openJournal(path, { runId: 'run1' });
    await journal.append('run', runHeader());
    for (const slot of ['slot1', 'slot2', 'slot3'])
      await journal.append('attempt-start', attemptStart({ slot }));
    await journal.append('attempt', passed({ slot: 'slot1' }));
    await journal.append('attempt', ended('CHECK_LIMIT', {}, { slot: 'slot2' }));
    await journal.close();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('counts what began, what ended and how, and names what is open', async () => {
    const summary = await journalSummary(folder);
    assert.equal(summary.valid, true);
    assert.equal(summary.lines, 6);
    assert.deepEqual(summary.attempts, { started: 3, finished: 2, outcomes: { pass: 1, fail: 1 } });
    assert.deepEqual(
      summary.open.map(({ attemptId }) => attemptId),
      ['run1/station1/slot3/1'],
    );
    assert.deepEqual(
      summary.runs.map(({ runId, ended: inOrder }) => [runId, inOrder]),
      [['run1', false]],
    );
    const text = formatJournalSummary(summary);
    assert.match(text, /chain valid, 6 lines/);
    assert.match(text, /run run1: DIED/);
    assert.match(text, /attempts: 3 started, 2 finished \(1 success, 1 failure\), 1 open/);
    assert.match(text, /open: run1\/station1\/slot3\/1, started 2026-/);
    assert.deepEqual(JSON.parse(JSON.stringify(summary)), summary);
  });

  test('tells a run that goes on from one that died', async () => {
    const journal = await openJournal(path, { runId: 'run1' });
    try {
      const summary = await journalSummary(folder);
      assert.equal(summary.writerPid, process.pid);
      assert.match(formatJournalSummary(summary), new RegExp(`run run1: goes on, pid ${process.pid}`));
    } finally {
      await journal.close();
    }
  });

  test('tells of a torn last line', async () => {
    await appendFile(path, '{"seq":7,');
    const summary = await journalSummary(folder);
    assert.equal(summary.valid, true);
    assert.equal(summary.tornBytes, 9);
    assert.match(formatJournalSummary(summary), /9 bytes of a torn last line/);
  });

  test('says where a changed journal breaks, and counts up to there', async () => {
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"outcome":"pass"', '"outcome":"fail"'));
    const summary = await journalSummary(folder);
    assert.equal(summary.valid, false);
    assert.equal(summary.lines, 5);
    assert.match(formatJournalSummary(summary), /CHAIN BROKEN: JOURNAL_CORRUPT: .*journal\.jsonl:6: /);
  });

  test('needs a journal', async () => {
    await assert.rejects(journalSummary(join(folder, 'none')), /REPORT_FAILED: there is no journal/);
  });
});

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { journalSummary } from '../../cli/journal.js';
import { pollUntil } from '../../core/deadline.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { isFlashing, latestResults, readCsv, recordsBySlot, startStation, type StationRun } from './run.js';

const slots = ['slot1', 'slot2'];

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  describe(`a run that gets ${signal} while it flashes`, () => {
    let rig: RigFolder;
    let run: StationRun;

    before(async () => {
      rig = await makeRigFolder({ slots: slots.length, release: 'demo' });
      const started = startStation(rig);
      await pollUntil(async () => (await isFlashing(rig, slots)) || undefined, {
        timeoutMs: 60_000,
        intervalMs: 50,
        onTimeout: () => new Error(`no unit began to flash: ${started.output()}`),
      });
      started.child.kill(signal);
      run = await started.ended;
    });
    after(() => rig.remove());

    test('ends with an error code', () => assert.equal(run.exitCode, 130, run.output));

    test('records every unit as aborted, in the step that was open', async () => {
      for (const record of (await recordsBySlot(await latestResults(rig))).values()) {
        const { outcome, failure } = record;
        assert.deepEqual([outcome, failure?.code, failure?.step], ['aborted', 'ABORTED', 'flash']);
      }
      const rows = await readCsv(join(await latestResults(rig), 'batch_results.csv'));
      assert.deepEqual(
        rows.map((row) => row['Status']),
        ['Aborted', 'Aborted'],
      );
    });

    test('closes its journal in order, with everything off', async () => {
      const results = await latestResults(rig);
      const { runs, open } = await journalSummary(results);
      assert.deepEqual([runs[0]?.ended, open], [true, []]);
      assert.match(
        await readFile(join(results, 'summary.txt'), 'utf8'),
        /all 4 outputs were read back as off/,
      );
    });

    test('leaves no socket and no lock', async () => {
      assert.deepEqual(await readdir(join(rig.runtime, 'locks')), []);
      assert.deepEqual(await readdir(rig.runtime), ['locks']);
    });
  });
}

import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { latestResults, readCsv, recordsBySlot, runStation } from './run.js';

describe('choosing what a run touches', () => {
  let rig: RigFolder;
  before(async () => {
    rig = await makeRigFolder({ slots: 2 });
  });
  after(() => rig.remove());

  test('-g @slot2 runs slot2 alone', async () => {
    const run = await runStation(rig, ['-g', '@slot2']);
    assert.equal(run.exitCode, 0, run.output);
    assert.deepEqual([...(await recordsBySlot(await latestResults(rig))).keys()], ['slot2']);
  });

  test('detect identifies every slot and writes nothing', async () => {
    const run = await runStation(rig, ['detect']);
    assert.equal(run.exitCode, 0, run.output);
    const records = await recordsBySlot(await latestResults(rig));
    assert.equal(records.size, 2);
    for (const record of records.values()) {
      assert.equal(record.outcome, 'pass');
      assert.equal(record.proof, 'identity');
      assert.equal(record.flash, undefined);
      assert.equal(record.device?.chip, 'esp32');
      assert.deepEqual(
        record.steps.map((step) => step.name),
        ['detect'],
      );
    }
  });

  test('--list names units by slot and starts nothing', async () => {
    const run = await runStation(rig, ['--list']);
    assert.equal(run.exitCode, 0, run.output);
    for (const slot of ['slot1', 'slot2'])
      assert.match(run.output, new RegExp(`${rig.station} ${slot} › provision`));
    assert.doesNotMatch(run.output, /detect/);
  });

  test('a spec that the station file does not list runs when it is named, beside nothing else', async () => {
    const run = await runStation(rig, ['--list', 'detect']);
    assert.match(run.output, /slot1 › detect/);
    assert.doesNotMatch(run.output, /› provision/);
  });

  test('--last-failed runs what failed in the run before, and no other slot', async () => {
    await runStation(rig, [], { RIG_FAULTS: 'slot2:dead' });
    const run = await runStation(rig, ['--last-failed']);
    assert.equal(run.exitCode, 0, run.output);
    assert.deepEqual([...(await recordsBySlot(await latestResults(rig))).keys()], ['slot2']);
  });

  test('attempts at one slot that could run at the same time wait for each other', async () => {
    const run = await runStation(rig, ['--repeat-each=2', 'detect', '-g', '@slot1|@slot2']);
    assert.equal(run.exitCode, 0, run.output);
    const rows = await readCsv(join(await latestResults(rig), 'batch_results.csv'));
    assert.deepEqual(
      rows.map((row) => row['Status']),
      ['Success', 'Success'],
    );
  });
});

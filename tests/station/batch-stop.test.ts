import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { journalOf, linesOf, recordsIn, rig, writeBatch } from './batch.js';

let folder: RigFolder;

before(async () => {
  folder = await makeRigFolder({
    slots: 2,
    faults: [{ kind: 'low-heap', bytes: 40_000, slots: ['slot2'] }],
  });
});
after(() => folder.remove());

test('a gate that stops the batch ends it also while a slot waits for its next board, which nobody puts in', async () => {
  const file = await writeBatch(folder, {
    units: { count: 6 },
    gates: [{ kind: 'maxFailureRate', percent: 0, afterUnits: 2, then: 'stop' }],
  });
  const { exitCode, output } = await rig(folder, ['run', '--batch-config', file]);
  assert.equal(exitCode, 3, output);
  const entries = await journalOf(folder);
  assert.deepEqual(
    recordsIn(entries)
      .map(({ slot, outcome }) => [slot, outcome])
      .sort(),
    [
      ['slot1', 'pass'],
      ['slot2', 'fail'],
    ],
  );
  assert.equal(linesOf(entries, 'control').at(-1)?.what, 'stop');
});

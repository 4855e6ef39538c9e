import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startBench } from '../bench-by-hand.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { journalOf, linesOf, recordsIn, rig, writeBatch } from './batch.js';

let folder: RigFolder;
let bench: Awaited<ReturnType<typeof startBench>>;

before(async () => {
  // The fourth board that comes is bad, so that the second wave fails.
  folder = await makeRigFolder({
    slots: 2,
    board: { backup: 'regions' },
    faults: [{ kind: 'low-heap', bytes: 40_000, units: [4] }],
  });
  // It outlives the runs, as boards do; its operator takes out whatever a lamp says is over.
  const env = { ...folder.env, RIG_BENCH_SWAPS: '50' };
  bench = await startBench({ station: folder.station, env }, join(folder.folder, 'bench.log'));
});
after(async () => {
  await bench.stop();
  await folder.remove();
});

test('a gradual batch stops after the first wave that misses its threshold, gives its boards back what they held, and leaves the rest untouched', async () => {
  const file = await writeBatch(folder, {
    units: { count: 24 },
    strategy: 'gradual',
    waves: { kind: 'fixed', size: 2 },
    swap: { by: 'slot', detect: 'identity', everySeconds: 0.2 },
    successThreshold: 90,
    retries: 1,
    rollbackWave: true,
  });
  const { exitCode, output } = await rig(folder, ['run', '--batch-config', file]);
  assert.equal(exitCode, 3, output);
  const entries = await journalOf(folder);
  const ends = linesOf(entries, 'wave').filter((wave) => wave.state === 'end');
  assert.deepEqual(
    ends.map((wave) => wave.state === 'end' && [wave.units, wave.verdict]),
    [
      [[1, 2], 'passed'],
      [[3, 4], 'missed'],
    ],
  );
  const records = recordsIn(entries);
  const ofRelease = records.filter(({ proof }) => proof === 'release');
  const bad = ofRelease.find(({ outcome }) => outcome === 'fail')?.unit ?? 0;
  assert.ok(bad === 3 || bad === 4, `unit ${bad} has the fourth board`);
  assert.deepEqual(
    [1, 2, 3, 4].map((unit) =>
      ofRelease.filter((record) => record.unit === unit).map(({ outcome }) => outcome),
    ),
    [['pass'], ['pass'], ...[3, 4].map((unit) => (unit === bad ? ['fail', 'fail'] : ['pass']))],
  );
  const restored = records.filter(({ proof }) => proof === 'backup');
  assert.deepEqual(restored.map(({ unit, outcome, flashState }) => [unit, outcome, flashState]).sort(), [
    [3, 'pass', 'restored'],
    [4, 'pass', 'restored'],
  ]);
  // The second attempt at the bad one has kept what the first one wrote.
  const before = records.find(({ unit, backup }) => unit === bad && backup !== undefined);
  const put = restored.find(({ unit }) => unit === bad);
  assert.ok(before?.backup);
  assert.equal(put?.rollback?.sha256, before.backup.sha256);
  const summary = await readFile(join(folder.results, 'lot/summary.txt'), 'utf8');
  assert.match(summary, /wave 2/);
  assert.match(summary, /2 units? .*untouched|untouched/);
});

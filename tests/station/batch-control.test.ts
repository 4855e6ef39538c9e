import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import type { BatchStatus } from '../../batch/order/batch-status.js';
import { startBench } from '../bench-by-hand.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { journalOf, linesOf, recordsIn, rig, startRig, writeBatch } from './batch.js';

describe('a batch that its operator pauses, cancels and takes up again', () => {
  let folder: RigFolder;
  let bench: Awaited<ReturnType<typeof startBench>>;
  let file: string;

  before(async () => {
    folder = await makeRigFolder({ slots: 2, board: { backup: 'regions', rollbackOnFailure: true } });
    // It outlives the runs, as boards do.
    const env = { ...folder.env, RIG_BENCH_SWAPS: '50' };
    bench = await startBench({ station: folder.station, env }, join(folder.folder, 'bench.log'));
    file = await writeBatch(folder, {
      units: { count: 6 },
      swap: { by: 'slot', detect: 'identity', everySeconds: 0.2 },
    });
  });
  after(async () => {
    await bench.stop();
    await folder.remove();
  });

  const status = async (): Promise<BatchStatus> => {
    const { output } = await rig(folder, ['batch', 'status', 'lot', '--json']);
    return JSON.parse(output) as BatchStatus;
  };
  const until = (fits: (now: BatchStatus) => boolean) =>
    pollUntil(
      async () => {
        const now = await status();
        // There is no such batch yet.
        return 'state' in now && fits(now) ? now : undefined;
      },
      { timeoutMs: 90_000, intervalMs: 100, onTimeout: () => new Error('the batch did not come to that') },
    );

  test('finishes the units in hand and begins no other while it is paused', async () => {
    const run = startRig(folder, ['run', '--batch-config', file]);
    await until(({ inHand }) => inHand.length > 0);
    const paused = await rig(folder, ['batch', 'pause', 'lot', '--why', 'lunch']);
    assert.equal(paused.exitCode, 0, paused.output);
    const resting = await until(({ state, inHand }) => state === 'paused' && inHand.length === 0);
    assert.ok(resting.pending > 0);
    assert.match(run.output(), /paused: lunch/);

    const resumed = await rig(folder, ['batch', 'resume', 'lot']);
    assert.equal(resumed.exitCode, 0, resumed.output);
    await until(({ state, inHand }) => state === 'running' && inHand.length > 0);

    const cancelled = await rig(folder, ['batch', 'cancel', 'lot']);
    assert.equal(cancelled.exitCode, 0, cancelled.output);
    const { exitCode, output } = await run.ended;
    assert.equal(exitCode, 3, output);
    assert.equal((await status()).state, 'cancelled');
  });

  test('has made what was in hand safe: aborted, nothing on, no wave judged by it', async () => {
    const entries = await journalOf(folder);
    const aborted = recordsIn(entries).filter(({ outcome }) => outcome === 'aborted');
    assert.ok(aborted.length > 0);
    for (const { flashState, failure } of aborted) {
      assert.equal(failure?.blame, 'operator');
      assert.notEqual(flashState, 'unproved');
    }
    const safe = linesOf(entries, 'safe').flatMap(({ lines }) => lines);
    assert.ok(safe.length > 0 && safe.every(({ state }) => state === 'inactive'));
    assert.equal(linesOf(entries, 'wave').filter(({ state }) => state === 'end').length, 0);
  });

  test('refuses to begin again as if it were new, and goes on where it was', async () => {
    const again = await rig(folder, ['run', '--batch-config', file]);
    assert.equal(again.exitCode, 2, again.output);
    assert.match(again.output, /BATCH_EXISTS/);
    const { exitCode, output } = await rig(folder, ['run', '--batch-config', file, '--resume-auto']);
    assert.equal(exitCode, 0, output);
    const now = await status();
    assert.deepEqual([now.state, now.passed, now.pending], ['complete', 6, 0]);
    const [wave] = linesOf(await journalOf(folder), 'wave').filter(({ state }) => state === 'end');
    assert.deepEqual(wave?.state === 'end' && wave.units, [1, 2, 3, 4, 5, 6]);
  });

  test('is not gone on with when its release has changed, unless that is forced, and says so', async () => {
    await folder.useVersion('1.3.0');
    const changed = await rig(folder, ['batch', 'retry', 'lot']);
    assert.equal(changed.exitCode, 2, changed.output);
    assert.match(changed.output, /BATCH_CHANGED: .*release small-1\.[23]\.0/);
  });

  test('is put aside whole when it is started afresh', async () => {
    const fresh = await rig(folder, ['run', '--batch-config', file, '--start-fresh', '--range', '1-2']);
    assert.equal(fresh.exitCode, 0, fresh.output);
    const now = await status();
    assert.equal(now.passed, 2);
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBenchProcess } from '../../../batch/station/bench-process.js';
import { benchStatePath } from '../../../batch/station/station-bench.js';
import { writeProjections } from '../../../batch/projections/projections.js';
import { journalSummary } from '../../../cli/journal.js';
import { pollUntil } from '../../../core/deadline.js';
import { benchPlan } from '../../../rigs/bench.js';
import { levelOf, runsUnderTest, type RunsUnderTest } from '../run-under-test.js';

const program = new URL('programs/run-to-kill.ts', import.meta.url).pathname;

/** A bench that outlives runs, as `rig bench` leaves it for them. */
async function startBenchByHand({ root, runtimeFolder, station }: RunsUnderTest) {
  await mkdir(runtimeFolder, { recursive: true });
  const where = { socketPath: join(root, 'bench.sock'), folder: join(root, 'bench'), byHand: true };
  const planPath = join(root, 'plan.json');
  await writeFile(planPath, JSON.stringify(benchPlan(station, where, () => [])));
  const bench = await startBenchProcess(station.name, planPath, join(root, 'bench.log'));
  await writeFile(benchStatePath(runtimeFolder, station.name), JSON.stringify(bench.state));
  return bench;
}

test('after a run is killed its slots are off within 2 s, its journal tells what was open, and the next run works', async () => {
  const runs = await runsUnderTest();
  const bench = await startBenchByHand(runs);
  try {
    const gpio = { kind: 'bench', socketPath: bench.state.socketPath } as const;
    const powered = () => Promise.all(runs.station.slots.map(({ power }) => levelOf(gpio, power)));
    const run = spawn(process.execPath, ['--import', 'tsx', program, runs.root], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [said] = (await once(run.stdout, 'data')) as [Buffer];
    assert.equal(said.toString(), 'powered\n');
    assert.deepEqual(await powered(), [true, true]);
    run.kill('SIGKILL');
    await pollUntil(async () => ((await powered()).includes(true) ? undefined : true), {
      intervalMs: 20,
      timeoutMs: 2000,
      onTimeout: () => new Error('power is still on 2 s after the kill'),
    });

    const summary = await journalSummary(runs.folder('run1'));
    assert.equal(summary.valid, true);
    assert.deepEqual(summary.attempts, { started: 2, finished: 0, outcomes: {} });
    assert.equal(summary.open.length, 2);
    await writeProjections(runs.folder('run1'));

    const coordinator = await runs.start('run2');
    const worker = await runs.worker('run2');
    const { header, gpio: used } = await worker.lease('slot1');
    assert.deepEqual(used, gpio);
    await worker.commit(header);
    await worker.ask('endLease', { attemptId: header.attemptId });
    await coordinator.close();
    assert.equal((await journalSummary(runs.folder('run2'))).runs[0]?.ended, true);
    assert.deepEqual(await powered(), [false, false]);
  } finally {
    process.kill(bench.state.pid, 'SIGTERM');
    await bench.stop();
    await runs.close();
  }
});

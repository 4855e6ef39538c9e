import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { pollUntil } from '../../core/deadline.js';
import { connectRpc, type RpcClient } from '../../core/rpc.js';
import { RigError } from '../../core/errors.js';
import { startBench } from '../bench-by-hand.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { killAtRandom } from './kill-campaign.js';
import { isFlashing, latestResults, openAttempts, readCsv, runStation, startStation } from './run.js';

interface BenchLine {
  use: string;
  active: boolean;
}

/** `RIG_KILLS=10` is what a release wants to see. */
const kills = Number(process.env['RIG_KILLS'] ?? 3);

/** A rig with a bench that outlives its runs, and a look at the bench's lines. */
async function rigWithBench() {
  const rig = await makeRigFolder({ slots: 2, release: 'demo' });
  const bench = await startBench(rig, join(rig.folder, 'bench-output.log'));
  const client: RpcClient = await connectRpc(bench.state.socketPath, {
    onLost: () => new RigError('BENCH_FAILED', 'the bench of the test has ended'),
  });
  return {
    rig,
    outputs: async () =>
      (await client.request<BenchLine[]>('lines', {})).filter(({ use }) => /power|boot|reset/.test(use)),
    async end() {
      client.close();
      await bench.stop();
      await rig.remove();
    },
  };
}

describe('a run whose main process is killed while it flashes', () => {
  let rig: RigFolder;
  let stand: Awaited<ReturnType<typeof rigWithBench>>;

  before(async () => {
    stand = await rigWithBench();
    ({ rig } = stand);
  });
  after(() => stand.end());

  const outputs = () => stand.outputs();

  test('has every output of the bench off within two seconds', async () => {
    const run = startStation(rig);
    await pollUntil(async () => (await isFlashing(rig, ['slot1', 'slot2'])) || undefined, {
      timeoutMs: 60_000,
      intervalMs: 50,
      onTimeout: () => new Error(`no unit began to flash: ${run.output()}`),
    });
    assert.ok(
      (await outputs()).some((line) => line.active),
      'nothing was on before the kill',
    );
    const killedAt = performance.now();
    run.child.kill('SIGKILL');
    await pollUntil(async () => ((await outputs()).every((line) => !line.active) ? true : undefined), {
      timeoutMs: 2000,
      intervalMs: 20,
      onTimeout: () => new Error('an output is still on two seconds after the kill'),
    });
    assert.ok(performance.now() - killedAt < 2000);
    await run.ended;
    assert.ok(
      (await outputs()).every((line) => !line.active),
      'something was switched on again',
    );
  });

  test('leaves a journal that opens and shows both attempts as begun and not finished', async () => {
    assert.deepEqual(await openAttempts(await latestResults(rig)), ['slot1', 'slot2']);
  });

  test('does not stand in the way of the next run', async () => {
    const dead = await latestResults(rig);
    const run = await runStation(rig);
    assert.equal(run.exitCode, 0, run.output);
    assert.match(run.output, /before this one died; open were bench1 slot1, bench1 slot2: run them again/);
    const rows = await readCsv(join(dead, 'batch_results.csv'));
    assert.deepEqual(
      rows.map((row) => [row['Status'], row['ErrorCode'], /^24:6f:/.test(row['Device'] ?? '')]),
      rows.map(() => ['Error', 'COORDINATOR_LOST', true]),
    );
    assert.equal(rows.length, 2);
  });
});

test(`${kills} runs that are killed at random moments have every output of the bench off within two seconds`, async (context) => {
  const { rig, outputs, end } = await rigWithBench();
  context.after(end);
  const activeOutputs = async () => (await outputs()).filter(({ active }) => active).map(({ use }) => use);
  const seed = 4;
  const onKill = (kill: object) => context.diagnostic(JSON.stringify(kill));
  const found = await killAtRandom({ rig, activeOutputs, kills, seed, withinMs: 6000, onKill });
  assert.equal(found.length, kills);
  for (const kill of found) assert.ok(kill.offAfterMs < 2000, JSON.stringify(kill));
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { readJournal } from '../../batch/journal/journal-reader.js';
import type { ConnectionCounts } from '../../bench/connections.js';
import { RigError } from '../../core/errors.js';
import { connectRpc } from '../../core/rpc.js';
import type { AttemptRecord } from '../../core/record.js';
import type { BenchPlan } from '../../rigs/bench.js';
import { cleanEnvironment } from '../clean-environment.js';
import { shippedRig } from './shipped-rig.js';

const lastNumber = 170_000;
const batch = {
  batch: 'gateways',
  bench: 'virtual',
  atOnce: 2,
  waves: { kind: 'fixed', size: 3 },
  gates: [{ kind: 'minSuccessRate', percent: 50, afterUnits: 5, then: 'stop' }],
  commands: [
    { name: 'numbers', run: `seq ${lastNumber}`, expected: `^${lastNumber}$`, timeoutMs: 20_000 },
    { name: 'os-release', run: 'cat /etc/os-release', expected: '^PRETTY_NAME=', timeoutMs: 5000 },
    // All but the second.
    { name: 'which', run: 'info', expected: '^mac=.*:0[1345]$', timeoutMs: 5000 },
  ],
  units: {
    targets: [1, 2, 3, 4, 5].map((unit) => ({ host: `192.168.42.${unit}`, serial: `GW/${unit}` })),
  },
};

test('a batch runs its commands on every device, over no more connections than it may have', async (t) => {
  const rig = await shippedRig('network', () => undefined);
  t.after(() => rig.remove());
  const file = join(dirname(rig.results), 'gateways.yaml');
  await writeFile(file, stringify(batch));
  const env = { ...cleanEnvironment(), ...rig.env, NO_COLOR: '1' };
  const child = spawn(process.execPath, ['cli/rig.js', 'run', '--batch-config', file], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const ended = new AbortController();
  const exit = once(child, 'close').finally(() => ended.abort()) as Promise<[number]>;
  const results = join(rig.results, 'gateways');
  const counted = countConnections(join(results, 'bench'), ended.signal);
  const [code] = await exit;
  assert.equal(code, 0, output);

  const { most, accepted } = (await counted) ?? assert.fail('nobody asked the bench in time');
  assert.ok(most >= 1 && most <= batch.atOnce, `${most} connections at a time`);
  assert.ok(accepted >= batch.units.targets.length);

  const attempts: AttemptRecord[] = [];
  for await (const entry of readJournal(join(results, 'journal.jsonl'))) {
    if (entry.type === 'attempt') attempts.push(entry.data);
  }
  const seen = attempts.map(({ unit, attempt, outcome, failure }) => [unit, attempt, outcome, failure?.code]);
  assert.deepEqual(
    seen.sort(([one], [two]) => Number(one) - Number(two)),
    [
      [1, 1, 'pass', undefined],
      [2, 1, 'fail', 'JOB_OUTPUT_MISSING'],
      ...[3, 4, 5].map((unit) => [unit, 1, 'pass', undefined]),
    ],
  );
  const [first] = attempts.filter(({ unit }) => unit === 1);
  assert.match(first?.device?.uid ?? '', /^192\.168\.42\.1\/[0-9a-f]{16}$/);
  assert.match(first?.device?.description ?? '', /host key SHA256:[\w+/]{43}$/);
  assert.equal(first?.flashState, undefined);
  assert.deepEqual(
    first?.measurements.map(({ name, value }) => [name, value]),
    [
      ...[['numbers_exit_code', 0] as const, ['numbers_expected', true] as const],
      ...[['os_release_exit_code', 0] as const, ['os_release_expected', true] as const],
      ...[['which_exit_code', 0] as const, ['which_expected', true] as const],
    ],
  );

  const kept = (await readdir(join(results, 'output'), { recursive: true })).filter((name) =>
    name.endsWith('.txt'),
  );
  const folders = [1, 2, 3, 4, 5].map((unit) => `GW_${unit}-unit-000${unit}`);
  const wanted = folders.flatMap((folder) =>
    ['01-numbers', '02-os-release', '03-which'].map((name) => `${folder}/${name}.txt`),
  );
  assert.deepEqual(kept.sort(), wanted.sort());
  const numbers = await readFile(join(results, 'output/GW_1-unit-0001/01-numbers.txt'), 'utf8');
  assert.equal(numbers.split('\n').length, lastNumber + 1);
});

/** What the bench of a run has counted, the last time that it was asked. */
async function countConnections(benches: string, signal: AbortSignal): Promise<ConnectionCounts | undefined> {
  let last: ConnectionCounts | undefined;
  while (!signal.aborted) {
    const [station] = existsSync(benches) ? await readdir(benches) : [];
    if (station !== undefined) last = (await ask(join(benches, station, 'plan.json'))) ?? last;
    await delay(50, undefined, { signal }).catch(() => undefined);
  }
  return last;
}

async function ask(planPath: string): Promise<ConnectionCounts | undefined> {
  try {
    const { socketPath } = JSON.parse(await readFile(planPath, 'utf8')) as BenchPlan;
    const onLost = () => new RigError('LINE_LOST', 'the bench is gone');
    const client = await connectRpc(socketPath, { onLost });
    try {
      return await client.request<ConnectionCounts>('connections', {});
    } finally {
      client.close();
    }
  } catch {
    // It is not up yet, or gone again.
    return undefined;
  }
}

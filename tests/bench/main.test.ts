import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import type { LineReport } from '../../bench/lines.js';
import { startBenchProcess, type BenchProcess } from './bench-process.js';
import { chip } from './board-rig.js';
import { openHost } from './host.js';

const power = { chip, line: 0 };
const [on, off] = [0, 1];

/** Polls a meter's file until it shows what is wanted; every value on the way must be a number and a newline. */
async function untilShown(
  bench: BenchProcess,
  file: string,
  wanted: (value: number) => boolean,
): Promise<number[]> {
  const seen: number[] = [];
  const path = join(bench.state.slots['slot1']?.hwmon ?? '', file);
  await pollUntil(
    async () => {
      const text = await readFile(path, 'utf8');
      assert.match(text, /^\d+\n$/);
      const value = Number(text);
      if (value !== seen.at(-1)) seen.push(value);
      return wanted(value) || undefined;
    },
    { timeoutMs: 3000, intervalMs: 2, onTimeout: () => new Error(`${file} showed ${seen.join(', ')}`) },
  );
  return seen;
}

describe('the bench process', { concurrency: 3 }, () => {
  it('prints where everything is, and a blank board answers on its pseudo-terminal', async (test) => {
    const bench = await startBenchProcess(test);
    const { serialPath, rfc2217, hwmon } = bench.state.slots['slot1'] ?? {};
    assert.equal(bench.state.pid, bench.child.pid);
    assert.match(rfc2217 ?? '', /^127\.0\.0\.1:\d+$/);
    assert.ok(hwmon !== undefined && existsSync(join(hwmon, 'in1_input')));
    const host = await openHost(serialPath ?? '');
    test.after(() => host.close());
    const client = await bench.connect();
    await client.request('line.output', { ...power, level: on });
    await host.until(/rst:0x10/);
    assert.match(host.text(), /^ets Jul 29 2019 12:21:46\n\nrst:0x1 \(POWERON_RESET\)/);
    assert.deepEqual(await client.request('state', {}), bench.state);
  });

  it('lets rail and current rise and fall with the power', async (test) => {
    const bench = await startBenchProcess(test);
    const client = await bench.connect();
    assert.equal(await readFile(join(bench.state.slots['slot1']?.hwmon ?? '', 'in1_input'), 'utf8'), '0\n');
    await client.request('line.output', { ...power, level: on });
    const rise = await untilShown(bench, 'in1_input', (millivolts) => millivolts === 5000);
    await untilShown(bench, 'curr1_input', (milliamps) => milliamps === 45);
    await client.request('line.output', { ...power, level: off });
    const fall = await untilShown(bench, 'in1_input', (millivolts) => millivolts === 0);
    await untilShown(bench, 'curr1_input', (milliamps) => milliamps === 0);
    assert.deepEqual(
      rise,
      [...rise].sort((a, b) => a - b),
    );
    assert.deepEqual(
      fall,
      [...fall].sort((a, b) => b - a),
    );
  });

  it('keeps lines as they are when the client that set them is gone', async (test) => {
    const bench = await startBenchProcess(test);
    const client = await bench.connect();
    await client.request('line.output', { ...power, level: on });
    client.close();
    const other = await bench.connect();
    const lines = await other.request<LineReport[]>('lines', {});
    assert.deepEqual(lines[0], {
      ...power,
      level: on,
      direction: 'out',
      active: true,
      use: 'slot1 power',
    });
  });

  it('tells watchers of every change that another client makes', async (test) => {
    const bench = await startBenchProcess(test);
    const edges: unknown[] = [];
    const watcher = await bench.connect((op, args) => edges.push([op, args]));
    await watcher.request('line.watch', power);
    const client = await bench.connect();
    await client.request('line.output', { ...power, level: on });
    await client.request('line.write', { ...power, level: off });
    await watcher.request('state', {});
    assert.deepEqual(edges, [
      ['edge', { ...power, level: on }],
      ['edge', { ...power, level: off }],
    ]);
  });

  it('refuses lines that the plan does not have', async (test) => {
    const bench = await startBenchProcess(test);
    const client = await bench.connect();
    await assert.rejects(client.request('line.open', { chip, line: 30 }), /^RigError: LINE_NOT_FOUND: /);
  });

  it('ends at once when its owner is gone and no power is on, and removes its socket', async (test) => {
    const bench = await startBenchProcess(test);
    bench.child.stdin.end();
    assert.equal(await bench.exited(), 0);
    assert.equal(existsSync(bench.plan.socketPath), false);
    assert.match(await bench.log(), /at the end: bench-gpio\/0 \(slot1 power\) in 1, inactive\n/);
  });

  it('waits for the power to be switched off when its owner is gone', async (test) => {
    const bench = await startBenchProcess(test);
    const client = await bench.connect();
    await client.request('line.output', { ...power, level: on });
    bench.child.stdin.end();
    const guard = await bench.connect();
    await guard.request('line.output', { ...power, level: off });
    assert.equal(await bench.exited(), 0);
    assert.match(await bench.log(), /at the end: bench-gpio\/0 \(slot1 power\) out 1, inactive\n/);
  });

  it('gives up after five seconds when nobody switches the power off, and says so', async (test) => {
    const bench = await startBenchProcess(test);
    const client = await bench.connect();
    await client.request('line.output', { ...power, level: on });
    bench.child.stdin.end();
    assert.equal(await bench.exited(), 0);
    assert.match(await bench.log(), /at the end: bench-gpio\/0 \(slot1 power\) out 0, active\n/);
  });

  it('ends on SIGTERM and on the stop operation', async (test) => {
    const [one, other] = await Promise.all([startBenchProcess(test), startBenchProcess(test)]);
    one.child.kill('SIGTERM');
    const client = await other.connect();
    await client.request('stop', {});
    assert.deepEqual(await Promise.all([one.exited(), other.exited()]), [0, 0]);
    assert.equal(existsSync(one.plan.socketPath), false);
  });

  it('outlives its standard input when a person started it', async (test) => {
    const bench = await startBenchProcess(test, { byHand: true });
    bench.child.stdin.end();
    const client = await bench.connect();
    const host = await openHost(bench.state.slots['slot1']?.serialPath ?? '');
    test.after(() => host.close());
    await host.until(/waiting for download/);
    await client.request('stop', {});
    assert.equal(await bench.exited(), 0);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import type { ConnectionCounts } from '../../bench/connections.js';
import { pollUntil } from '../../core/deadline.js';
import type { BenchSlot } from '../../rigs/bench.js';
import { startBenchProcess } from './bench-process.js';

const count = 25;

const gateways = Array.from({ length: count }, (_, index): BenchSlot => {
  const mac = `24:6f:28:01:00:${(index + 1).toString(16).padStart(2, '0')}`;
  const flashSizeBytes = 16 * 1024 * 1024;
  const slot = { slot: `unit${index + 1}`, chip: 'linux', mac, flashSizeBytes, network: {} };
  return { ...slot, consoleBaudRate: 115_200, lamps: [], faults: [] };
});

it('25 devices are little more than one', async (t) => {
  const one = await startBenchProcess(t, { slots: gateways.slice(0, 1) });
  const many = await startBenchProcess(t, { slots: gateways });
  assert.ok(many.startMs < 3 * one.startMs + 500, `${many.startMs} ms, one alone ${one.startMs} ms`);
  const [alone, all] = await Promise.all([one, many].map(({ child }) => residentBytes(child.pid)));
  const each = ((all ?? 0) - (alone ?? 0)) / (count - 1);
  assert.ok(each < 4 * 1024 * 1024, `each device takes ${each} bytes`);
  const hosts = new Set(Object.values(many.state.slots).map(({ network }) => network?.host));
  assert.equal(hosts.size, count);
});

it('the connections of devices are counted: now, at most and ever', async (t) => {
  const bench = await startBenchProcess(t, { slots: gateways.slice(0, 3) });
  const client = await bench.connect();
  const counts = () => client.request<ConnectionCounts>('connections', {});
  const open = async (device: string, service: 'http' | 'ssh' | 'console'): Promise<Socket> => {
    const { network } = bench.state.slots[device] ?? {};
    return pollUntil(
      async () => {
        const socket = connect({ host: network?.host ?? '', port: network?.ports[service] ?? 0 });
        const up = await once(socket, 'connect').then(
          () => true,
          () => false,
        );
        return up ? socket : undefined;
      },
      { timeoutMs: 5000, intervalMs: 20, onTimeout: () => new Error(`${device} has no ${service}`) },
    );
  };
  const until = (wanted: Partial<ConnectionCounts>) =>
    pollUntil(
      async () => {
        const now = await counts();
        return Object.entries(wanted).every(([key, value]) => now[key as 'open'] === value) || undefined;
      },
      { timeoutMs: 5000, intervalMs: 10, onTimeout: () => new Error(`never ${JSON.stringify(wanted)}`) },
    );
  const first = [await open('unit1', 'http'), await open('unit1', 'ssh')];
  await until({ open: 2, most: 2, accepted: 2 });
  for (const socket of first) socket.destroy();
  await until({ open: 0, most: 2, accepted: 2 });
  // One after the other is one at a time, however fast they follow.
  for (let round = 0; round < 20; round += 1) (await open('unit2', 'console')).destroy();
  await until({ open: 0, accepted: 22 });
  const { most, devices } = await counts();
  assert.equal(most, 2);
  assert.deepEqual(devices['unit2'], { open: 0, most: 1, accepted: 20 });
  assert.deepEqual(devices['unit3'], { open: 0, most: 0, accepted: 0 });
});

async function residentBytes(pid = 0): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

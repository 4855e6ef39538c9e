import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectRpc } from '../../core/rpc.js';
import type { BenchPlan, BenchState } from '../../rigs/bench.js';
import type { JournalEntry } from '../../batch/journal/journal-entries.js';
import { readFile } from 'node:fs/promises';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { journalOf, linesOf, recordsIn, startRig } from './batch.js';
import type { StationRun } from './run.js';

interface Connections {
  /** Most devices of the bench that this host had connections to at once, by the kernel. */
  most: number;
  /** All that the bench has accepted. */
  accepted: number;
}

/** Devices to which this host has an established TCP connection, as the kernel lists them: addresses and ports in hex, state 01. Each has an address of its own. */
function devicesMet(ports: ReadonlySet<number>): number {
  const rows = readFileSync('/proc/net/tcp', 'latin1').trim().split('\n').slice(1);
  const met = rows.flatMap((row) => {
    const [, , remote = '', state] = row.trim().split(/\s+/);
    const [address = '', port = ''] = remote.split(':');
    return state === '01' && ports.has(parseInt(port, 16)) ? [address] : [];
  });
  return new Set(met).size;
}

describe('25 network targets in waves of 10', () => {
  let folder: RigFolder;
  let run: StationRun;
  let counted: Connections;
  let entries: JournalEntry[];

  before(async () => {
    folder = await makeRigFolder({ slots: 1 });
    const env = { RIG_RIGS: 'rigs' };
    const started = startRig(folder, ['run', '--batch-config', 'rigs/batches/nodes-25.yaml'], env);
    counted = await watch(join(folder.results, 'nodes-25/bench/targets/plan.json'), started.ended);
    run = await started.ended;
    entries = await journalOf(folder, 'nodes-25');
  });
  after(() => folder.remove());

  /** What the bench has counted when last it could be asked. */
  async function watch(planPath: string, ended: Promise<unknown>): Promise<Connections> {
    const plan = await pollUntil(() => readFile(planPath, 'utf8').catch(() => undefined), {
      timeoutMs: 60_000,
      intervalMs: 50,
      onTimeout: () => new Error('the bench of the batch did not start'),
    });
    const { socketPath } = JSON.parse(plan) as BenchPlan;
    const onLost = () => new RigError('BENCH_FAILED', 'the bench has ended');
    const client = await pollUntil(() => connectRpc(socketPath, { onLost }).catch(() => undefined), {
      timeoutMs: 20_000,
      intervalMs: 50,
      onTimeout: () => new Error('the bench of the batch does not answer'),
    });
    const { slots } = await client.request<BenchState>('state', {});
    const ports = new Set(Object.values(slots).flatMap(({ network }) => Object.values(network?.ports ?? {})));
    const counted: Connections = { most: 0, accepted: 0 };
    let isOver = false;
    void ended.then(() => (isOver = true));
    await pollUntil(
      async () => {
        // The kernel's list is no snapshot: one that closes and one that opens while it is read are both in it.
        counted.most = Math.max(counted.most, Math.min(devicesMet(ports), devicesMet(ports)));
        const { accepted } = await client.request<Connections>('connections', {}).catch(() => counted);
        counted.accepted = accepted;
        return isOver ? true : undefined;
      },
      { timeoutMs: 120_000, intervalMs: 10, onTimeout: () => new Error('the batch did not end') },
    );
    client.close();
    return counted;
  }

  test('are brought to the release in waves of 10, 10 and 5', () => {
    assert.equal(run.exitCode, 0, run.output);
    const ends = linesOf(entries, 'wave').flatMap((wave) => (wave.state === 'end' ? [wave.units] : []));
    assert.deepEqual(
      ends.map((units) => units.length),
      [10, 10, 5],
    );
    assert.equal(new Set(ends.flat()).size, 25);
  });

  test('are never connected to more than 10 at once, and to none before its turn', () => {
    assert.ok(counted.most > 1, 'connections were seen');
    assert.ok(counted.accepted >= 25, `${counted.accepted} connections in all`);
    assert.ok(counted.most <= 10, JSON.stringify(counted));
  });

  test('are recorded by the serial numbers of the batch file', () => {
    const serials = recordsIn(entries).map(({ serial, outcome }) => `${serial ?? ''} ${outcome}`);
    const wanted = Array.from(
      { length: 25 },
      (_, index) => `NODE-${String(index + 1).padStart(4, '0')} pass`,
    );
    assert.deepEqual(serials.sort(), wanted);
  });
});

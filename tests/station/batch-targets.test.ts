import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectRpc } from '../../core/rpc.js';
import type { BenchPlan } from '../../rigs/bench.js';
import type { JournalEntry } from '../../batch/journal/journal-entries.js';
import { readFile } from 'node:fs/promises';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { journalOf, linesOf, recordsIn, startRig } from './batch.js';
import type { StationRun } from './run.js';

interface Connections {
  open: number;
  most: number;
  accepted: number;
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
    let last: Connections = { open: 0, most: 0, accepted: 0 };
    let isOver = false;
    void ended.then(() => (isOver = true));
    await pollUntil(
      async () => {
        last = await client.request<Connections>('connections', {}).catch(() => last);
        return isOver ? true : undefined;
      },
      { timeoutMs: 120_000, intervalMs: 50, onTimeout: () => new Error('the batch did not end') },
    );
    client.close();
    return last;
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

  test('never have more than 10 connections open, and none before their turn', () => {
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

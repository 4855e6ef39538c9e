import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { requireFitness, noteFitness } from '../../../batch/station/fitness.js';
import type { AttemptRecord } from '../../../core/record.js';
import type { Slot } from '../../../rigs/types.js';
import { lease } from '../../fixtures/sample.js';

const endedAt = '2026-11-20T06:00:00.000Z';
const selftest = { maxAgeHours: 8, golden: [], knownBad: [] };
const slot3: Slot = { ...lease.slot, id: 'slot3' };
const station = { name: 'station1', selftest, slots: [slot3], file: 'rigs/station1.yaml' };
const question = { station, slot: 'slot3' };

test('a slot is fit for as long as its last passed self-test is not too old', async (t) => {
  const results = await folder(t);
  await noteFitness(results, station, attempt());
  await requireFitness({ ...question, results, now: new Date('2026-11-20T14:00:00.000Z') });
  await assert.rejects(
    requireFitness({ ...question, results, now: new Date('2026-11-20T14:00:00.001Z') }),
    /SELFTEST_DUE: station1 slot3 had its last self-test at 2026-11-20T06.*--project=station1 rig-selftest/,
  );
});

test('a slot without a self-test is not fit, whatever the slots beside it are', async (t) => {
  const results = await folder(t);
  await noteFitness(results, station, { ...attempt(), slot: 'slot4' });
  await assert.rejects(
    requireFitness({ ...question, results }),
    /SELFTEST_DUE: station1 slot3 has no self-test/,
  );
});

test('a failed self-test takes the fitness of an earlier one away', async (t) => {
  const results = await folder(t);
  await noteFitness(results, station, attempt());
  await noteFitness(results, station, { ...attempt(), outcome: 'error' });
  const now = new Date(endedAt);
  await assert.rejects(requireFitness({ ...question, results, now }), /did not pass its last self-test/);
});

test('an attempt at a unit says nothing of the slot', async (t) => {
  const results = await folder(t);
  await noteFitness(results, station, { ...attempt(), proof: 'release' });
  await assert.rejects(requireFitness({ ...question, results }), /has no self-test/);
});

test('a self-test of the future, and a file that cannot be read, prove nothing', async (t) => {
  const results = await folder(t);
  await noteFitness(results, station, attempt());
  const before = new Date('2026-11-20T05:59:59.000Z');
  await assert.rejects(requireFitness({ ...question, results, now: before }), /SELFTEST_DUE/);
  await writeFile(join(results, '.fitness', 'station1.slot3.json'), '{"attemptId":');
  await assert.rejects(requireFitness({ ...question, results, now: new Date(endedAt) }), /SELFTEST_DUE/);
});

test('what is not asked for is not needed, nor by a self-test itself or a look at the boards', async (t) => {
  const results = await folder(t);
  await requireFitness({ ...question, results, proof: 'rig' });
  await requireFitness({ ...question, results, proof: 'identity' });
  await requireFitness({ ...question, results, station: { name: 'station1', slots: [slot3], file: '' } });
  await assert.rejects(requireFitness({ ...question, results, proof: 'backup' }), /SELFTEST_DUE/);
});

test('a slot that is wired otherwise since its self-test is not proved; one whose board or release changed is', async (t) => {
  const results = await folder(t);
  await noteFitness(results, station, attempt());
  const now = new Date('2026-11-20T07:00:00.000Z');
  const with3 = (changes: Partial<Slot>) =>
    requireFitness({ ...question, station: { ...station, slots: [{ ...slot3, ...changes }] }, results, now });
  await with3({ release: { ...slot3.release, version: '2.0.0' } });
  await with3({ serial: { baudRate: 115200, path: '/dev/serial/by-path/x' } });
  for (const changes of [
    { serial: { path: '/dev/serial/by-path/y', baudRate: 115200 } },
    { power: { chip: 'gpio-sim', line: 3 } },
  ])
    await assert.rejects(
      with3(changes),
      /SELFTEST_DUE: station1 slot3 is wired otherwise by rigs\/station1.yaml/,
    );
});

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'rig-fitness-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

function attempt(): AttemptRecord {
  return {
    attemptId: 'run/station1/slot3/1',
    runId: 'run',
    batch: 'run',
    station: 'station1',
    slot: 'slot3',
    programme: 'rig-selftest',
    attempt: 1,
    port: '/dev/pts/1',
    board: 'esp32-devkit',
    release: { name: 'demo-1.2.0', version: '1.2.0', sha256: '00' },
    startedAt: '2026-11-20T05:59:00.000Z',
    endedAt,
    outcome: 'pass',
    steps: [],
    measurements: [],
    proof: 'rig',
    selftest: { proved: ['lines', 'rail', 'lamps', 'port'], nest: 'empty' },
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { AttemptRecord } from '../../core/record.js';
import { connectRpc } from '../../core/rpc.js';
import type { BenchState } from '../../rigs/bench.js';
import { startBench } from '../bench-by-hand.js';
import { cleanEnvironment } from '../clean-environment.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { isFlashing, latestResults, readCsv, recordsBySlot, runStation, startStation } from './run.js';

/** Bytes of slot1's flash from the bootloader to behind the largest application, as they are. */
async function flashOf({ socketPath }: BenchState): Promise<string> {
  const client = await connectRpc(socketPath, {
    onLost: () => new RigError('LINE_LOST', 'the bench is gone'),
  });
  try {
    return await client.request<string>('flash.read', { slot: 'slot1', offset: 0x1000, sizeBytes: 0xc0000 });
  } finally {
    client.close();
  }
}

const brief = (record: AttemptRecord | undefined) => [
  record?.outcome,
  record?.failure?.code,
  record?.flashState,
];

// One bench for all: what a run leaves in a flash is what the next one finds.
describe('boards whose board file asks for backup and rollback', () => {
  let rig: RigFolder;
  let bench: Awaited<ReturnType<typeof startBench>>;
  let folder: string;
  let released = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollback-'));
    rig = await makeRigFolder({
      slots: 3,
      version: '1.1.0',
      board: { backup: 'regions', rollbackOnFailure: true },
      faults: [
        { kind: 'bad-cell', address: 0x12000, slots: ['slot2'] },
        { kind: 'wrong-chip', chip: 'esp32s3', slots: ['slot3'] },
      ],
    });
    bench = await startBench(
      { ...rig, env: { ...cleanEnvironment(), ...rig.env } },
      join(folder, 'bench.log'),
    );
  });
  after(async () => {
    await bench.stop();
    await rig.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const untilKnown = (started: ReturnType<typeof startStation>) => ({
    timeoutMs: 60_000,
    intervalMs: 20,
    onTimeout: () => new Error(`never came: ${started.output()}`),
  });
  /** Waits until the console log of slot1 in the run that was just started says so. */
  const untilLog = async (started: ReturnType<typeof startStation>, pattern: RegExp) => {
    const before = await latestResults(rig);
    const isThere = async () => {
      const results = await latestResults(rig);
      const log = await readFile(join(results, 'console/slot1-1.log'), 'utf8').catch(() => '');
      return (results !== before && pattern.test(log)) || undefined;
    };
    await pollUntil(isThere, untilKnown(started));
  };

  test('a corrupted write ends off and marked, a wrong chip untouched, and nothing bad as pass', async () => {
    const run = await runStation(rig);
    assert.equal(run.exitCode, 1, run.output);
    const results = await latestResults(rig);
    const records = await recordsBySlot(results);
    assert.deepEqual(brief(records.get('slot1')), ['pass', undefined, 'release']);
    assert.deepEqual(brief(records.get('slot2')), ['fail', 'ROLLBACK_FAILED', 'unproved']);
    assert.match(records.get('slot2')?.failure?.message ?? '', /it had failed with FLASH_VERIFY_MISMATCH/);
    assert.deepEqual(brief(records.get('slot3')), ['fail', 'WRONG_CHIP', 'untouched']);
    const rework = await readCsv(join(results, 'rework.csv'));
    assert.match(rework.find(({ Slot }) => Slot === 'slot2')?.['Flash'] ?? '', /^HALF WRITTEN OR UNPROVED/);
    const summary = await readFile(join(results, 'summary.txt'), 'utf8');
    assert.match(summary, /all 6 outputs were read back as off/);
    released = await flashOf(bench.state);
  });

  test('a unit that fails a check after its write holds again what it held, and boots it', async () => {
    await rig.useVersion('1.3.0', { heapFreeBytes: 1000 });
    const run = await runStation(rig, ['-g', '@slot1']);
    assert.equal(run.exitCode, 1, run.output);
    const record = (await recordsBySlot(await latestResults(rig))).get('slot1');
    assert.deepEqual(brief(record), ['fail', 'CHECK_LIMIT', 'restored']);
    assert.deepEqual([record?.rollback?.verified, record?.rollback?.bootedVersion], [true, '1.1.0']);
    assert.equal(await flashOf(bench.state), released);
  });

  test('an interrupted write is undone before the run ends', async () => {
    await rig.useVersion('1.5.0', { appSizeBytes: 500_000 });
    const started = startStation(rig, ['-g', '@slot1']);
    await pollUntil(async () => (await isFlashing(rig, ['slot1'])) || undefined, {
      timeoutMs: 60_000,
      intervalMs: 50,
      onTimeout: () => new Error(`no unit began to flash: ${started.output()}`),
    });
    started.child.kill('SIGINT');
    const run = await started.ended;
    assert.equal(run.exitCode, 130, run.output);
    const record = (await recordsBySlot(await latestResults(rig))).get('slot1');
    assert.deepEqual(brief(record), ['aborted', 'ABORTED', 'restored']);
    assert.equal(record?.rollback?.bootedVersion, '1.1.0');
    assert.equal(await flashOf(bench.state), released);
  });

  test('Ctrl-C while a unit is given back what it held waits for that', async () => {
    await rig.useVersion('1.6.0', { appSizeBytes: 300_000, heapFreeBytes: 1000 });
    const started = startStation(rig, ['-g', '@slot1']);
    await untilLog(started, /rolled back, since CHECK_LIMIT[^]*Compressed \d{5,} bytes/);
    started.child.kill('SIGINT');
    const run = await started.ended;
    assert.equal(run.exitCode, 130, run.output);
    const record = (await recordsBySlot(await latestResults(rig))).get('slot1');
    assert.deepEqual(brief(record), ['fail', 'CHECK_LIMIT', 'restored']);
    assert.equal(await flashOf(bench.state), released);
  });

  test('after a run that died in a write no version is believed, and the unit gets back what it held before both', async () => {
    // Where the application's descriptor holds its version.
    const skip = { skip: { by: 'field', offset: 0x10030 } };
    await rig.useVersion('1.7.0', { appSizeBytes: 500_000, release: skip });
    const started = startStation(rig, ['-g', '@slot1']);
    await untilLog(started, /Compressed \d{6,} bytes/);
    await pollUntil(
      async () => ((await flashOf(bench.state)) !== released ? true : undefined),
      untilKnown(started),
    );
    started.child.kill('SIGKILL');
    await started.ended;
    // The same version, so that the field may say already that it is there; and a unit that fails then.
    await rig.useVersion('1.7.0', { appSizeBytes: 400_000, heapFreeBytes: 1000, release: skip });
    const run = await runStation(rig, ['-g', '@slot1']);
    assert.match(run.output, /before this one died; open were bench1 slot1/);
    const record = (await recordsBySlot(await latestResults(rig))).get('slot1');
    assert.deepEqual(brief(record), ['fail', 'CHECK_LIMIT', 'restored']);
    assert.equal(record?.rollback?.bootedVersion, '1.1.0');
    assert.equal(await flashOf(bench.state), released);
  });

  test('`rig rollback UNIT` gives a good unit back what it held, proved by verification and boot', async () => {
    await rig.useVersion('1.4.0');
    const run = await runStation(rig, ['-g', '@slot1']);
    assert.equal(run.exitCode, 0, run.output);
    assert.notEqual(await flashOf(bench.state), released);
    const unit = (await recordsBySlot(await latestResults(rig))).get('slot1')?.device?.mac ?? '';
    const child = spawn(process.execPath, ['cli/rig.js', 'rollback', unit.toUpperCase()], {
      env: { ...cleanEnvironment(), ...rig.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.resume();
    assert.deepEqual(await once(child, 'close'), [0, null]);
    const record = (await recordsBySlot(await latestResults(rig))).get('slot1');
    assert.deepEqual([...brief(record), record?.proof], ['pass', undefined, 'restored', 'backup']);
    assert.equal(record?.rollback?.bootedVersion, '1.1.0');
    assert.equal(await flashOf(bench.state), released);
  });
});

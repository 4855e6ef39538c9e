import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { AttemptRecord } from '../../core/record.js';
import { startBench } from '../bench-by-hand.js';
import { cleanEnvironment } from '../clean-environment.js';
import { makeRigFolder, type RigFolder, type SmallBuild } from '../rig-folder.js';
import { latestResults, recordsBySlot, runStation } from './run.js';

const preflight = ['voltage_check', 'connection_test', 'bootloader_detection', 'device_identification'];

// One bench for all: what a run leaves in a flash is what the next one finds.
describe('what stands around a write', () => {
  let rig: RigFolder;
  let bench: Awaited<ReturnType<typeof startBench>>;
  let folder: string;
  let summary = '';

  /** Runs the good slot with a release of that version. */
  const run = async (version: string, build: SmallBuild, slot = 'slot1'): Promise<AttemptRecord> => {
    await rig.useVersion(version, build);
    const { output } = await runStation(rig, ['-g', `@${slot}`]);
    const results = await latestResults(rig);
    summary = await readFile(join(results, 'summary.txt'), 'utf8');
    const record = (await recordsBySlot(results)).get(slot);
    assert.ok(record, output);
    return record;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'around-'));
    rig = await makeRigFolder({
      slots: 2,
      board: {
        preflight,
        supply: { onVolts: 4.75, offVolts: 0.5, volts: { min: 4.75, max: 5.25 } },
        flash: { driver: 'esptool-js', fallback: 'esptool', size: '4MB', baudRate: 921600 },
        recovery: { attempts: 2, firstDelayMs: 10, baudRates: [460800] },
        thresholds: { max_flash_time: 60, max_verification_time: 30 },
      },
      faults: [{ kind: 'dead', slots: ['slot2'] }],
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

  test('each pre-flight check is a step with its measurement, and the times of the write are measured', async () => {
    const record = await run('1.1.0', { seed: 1 });
    assert.equal(record.outcome, 'pass', record.failure?.message);
    const inner = record.steps.filter(({ name }) => name.startsWith('detect › '));
    assert.deepEqual(
      inner.map(({ name, result }) => [name.slice('detect › '.length), result]),
      preflight.map((name) => [name, 'pass']),
    );
    const measured = new Map(record.measurements.map((each) => [each.name, each]));
    const volts = measured.get('supply_volts');
    assert.deepEqual([volts?.unit, volts?.limits], ['V', { min: 4.75, max: 5.25 }]);
    assert.equal(measured.get('chip')?.value, 'esp32');
    assert.equal(measured.get('unit_id')?.value, record.device?.mac);
    for (const name of ['connection_time', 'loader_answer_time', 'flash_time', 'verification_time'])
      assert.equal(typeof measured.get(name)?.value, 'number', name);
    assert.deepEqual(record.flash?.skipped, []);
  });

  test('a board that holds the release is not written, and the records say so', async () => {
    const record = await run('1.1.0', { seed: 1, release: { skip: { by: 'digest' } } });
    const { sizeBytes, wireBytes, verified, verifiedBy, skipped } = record.flash ?? {};
    assert.deepEqual([sizeBytes, wireBytes, verified, verifiedBy], [0, 0, true, 'digest']);
    assert.deepEqual(skipped, ['bootloader', 'partitions', 'app']);
    assert.deepEqual([record.outcome, record.flashState, record.bootedVersion], ['pass', 'release', '1.1.0']);
    assert.match(summary, /^1 held the release already and were not written$/m);
    const log = await readFile(join(await latestResults(rig), record.consoleLog ?? ''), 'utf8');
    assert.match(log, /nothing is written: small-1\.1\.0 is in flash already, region by region/);
  });

  test('only what differs is written when the release says so', async () => {
    const record = await run('1.2.0', { seed: 1, release: { write: 'changed', skip: { by: 'digest' } } });
    assert.equal(record.outcome, 'pass', record.failure?.message);
    assert.deepEqual(record.flash?.skipped, ['bootloader', 'partitions']);
    assert.equal(record.bootedVersion, '1.2.0');
  });

  test('the version at an address, or the one that runs, proves it as well, and another one does not', async () => {
    // The application's descriptor holds its version 0x30 into the image.
    const field = { by: 'field', offset: 0x10030 };
    const byField = await run('1.2.0', { seed: 1, release: { skip: field } });
    assert.deepEqual([byField.flash?.verifiedBy, byField.flash?.sizeBytes], ['field', 0]);
    const byConsole = await run('1.2.0', { seed: 1, release: { skip: { by: 'console' } } });
    assert.deepEqual([byConsole.flash?.verifiedBy, byConsole.flash?.sizeBytes], ['console', 0]);
    const other = await run('1.3.0', { seed: 1, release: { skip: field } });
    assert.deepEqual(
      [other.outcome, other.flash?.verifiedBy, other.bootedVersion],
      ['pass', 'digest', '1.3.0'],
    );
    assert.ok((other.flash?.sizeBytes ?? 0) > 0);
  });

  test('every try is in the record: the next lower rate, then the other driver', async () => {
    const record = await run('1.3.0', {}, 'slot2');
    assert.deepEqual([record.outcome, record.failure?.code], ['fail', 'DUT_SILENT']);
    assert.deepEqual(
      record.flashTries?.map(({ doing, driver, baudRate, attempt, code }) => [
        doing,
        driver,
        baudRate,
        attempt,
        code,
      ]),
      [
        ['probe', 'esptool-js', 921600, 1, 'DUT_SILENT'],
        ['probe', 'esptool-js', 460800, 2, 'DUT_SILENT'],
        ['probe', 'esptool', 460800, 1, 'DUT_SILENT'],
      ],
    );
    assert.equal(record.flashState, 'untouched');
  });
});

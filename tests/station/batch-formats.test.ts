import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeBatchFolder } from '../rigs/batch/batch-folder.js';
import { journalOf, linesOf, recordsIn, rig as runRig } from './batch.js';
import { readCsv } from './run.js';

// The documented formats as they stand, with nothing but ports and paths in place of their own, from the first to the last unit.
const { rig, write, format } = await makeBatchFolder();

test('a batch configuration in JSON runs to its end, and copies its results where it says', async () => {
  const file = await write('batch-config.json', await format('batch-config.json'));
  const { exitCode, output } = await runRig(rig, ['run', '--batch-config', file]);
  assert.equal(exitCode, 0, output);
  const records = recordsIn(await journalOf(rig, 'production_run_001'));
  assert.deepEqual(
    records.map(({ slot, outcome, flash }) => `${slot} ${outcome} ${flash?.verifiedBy ?? ''}`).sort(),
    ['slot1 pass read-back', 'slot2 pass read-back'],
  );
  const steps = new Set(records.flatMap((record) => record.steps.map(({ name }) => name)));
  for (const step of ['detect › voltage_check', 'detect › connection_test']) assert.ok(steps.has(step), step);
  const { logging } = JSON.parse(await format('batch-config.json')) as { logging: { results_csv: string } };
  const copied = await readCsv(logging.results_csv);
  assert.equal(copied.length, 2);
});

test('a rollout in YAML runs to its end; what its firmware is not for is skipped and named', async () => {
  // Its main configuration takes no flash for good that took less than 5 s.
  const { rig, write, format, image } = await makeBatchFolder({ release: 'demo' });
  const files = await Promise.all(
    (['batch.yaml', 'batch-main.yaml', 'batch-settings.yaml'] as const).map(async (name) => {
      const text = await format(name);
      return write(name, text.replace(image('app'), join(rig.rigs, 'releases/demo-1.2.0/app.bin')));
    }),
  );
  const words = files.flatMap((file) => ['--batch-config', file]);
  const { exitCode, output } = await runRig(rig, ['run', ...words]);
  assert.equal(exitCode, 0, output);
  const id = 'production-rollout-v1.2.0';
  const entries = await journalOf(rig, id);
  assert.deepEqual(
    recordsIn(entries).map(({ serial, outcome }) => [serial, outcome]),
    [['ESP32_001', 'pass']],
  );
  const [header] = linesOf(entries, 'batch');
  assert.deepEqual(header?.refused?.map(({ serial }) => serial).sort(), ['ESP8266_001', 'PICO_001']);
  assert.match(output, /2 skipped, since the release is not for them/);
  const summary = await readFile(join(rig.results, id, 'summary.txt'), 'utf8');
  for (const serial of ['ESP8266_001', 'PICO_001']) assert.ok(summary.includes(serial), summary);
});

test('a factory configuration in YAML runs to its end, with its own tests', async () => {
  const file = await write('factory.yaml', await format('factory.yaml'));
  const { exitCode, output } = await runRig(rig, ['run', '--batch-config', file, '--id', 'factory']);
  assert.equal(exitCode, 0, output);
  const entries = await journalOf(rig, 'factory');
  const records = recordsIn(entries);
  assert.deepEqual(records.map(({ slot, outcome }) => `${slot} ${outcome}`).sort(), [
    'slot1 pass',
    'slot2 pass',
  ]);
  for (const { steps } of records) assert.ok(steps.some(({ name }) => name.includes('boot_test')));
  const rows = await readCsv(join(rig.results, 'factory/batch_results.csv'));
  assert.deepEqual(Object.keys(rows[0] ?? {}), [
    'Device',
    'Port',
    'StartTime',
    'EndTime',
    'Status',
    'ErrorCode',
    'Notes',
  ]);
  assert.match(linesOf(entries, 'batch')[0]?.notices.join('\n') ?? '', /provisioning_service_url/);
});

test('a key that is misspelt is refused, before anything is energised', async () => {
  const text = (await format('batch.yaml')).replace('success_threshold:', 'sucess_threshold:');
  const { exitCode, output } = await runRig(rig, [
    'run',
    '--batch-config',
    await write('misspelt.yaml', text),
  ]);
  assert.equal(exitCode, 2, output);
  assert.match(output, /misspelt\.yaml:\d+:\d+ sucess_threshold: .*success_threshold/);
});

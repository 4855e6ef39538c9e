import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateBatch } from '../../../rigs/batch/estimate.js';
import { changedInputs } from '../../../rigs/batch/inputs.js';
import { planText } from '../../../rigs/batch/plan-text.js';
import type { BatchInput } from '../../../rigs/batch/types.js';
import { waveSizes } from '../../../rigs/batch/wave-sizes.js';
import { batchIn, makeBatchFolder } from './batch-folder.js';

const { batchOf, load, write, format, rig } = await makeBatchFolder();

const byName = (inputs: readonly BatchInput[]) =>
  Object.fromEntries(inputs.map(({ kind, name, sha256 }) => [`${kind} ${name}`, sha256]));

const text = 'batch: b1\nstations: [bench1]\nunits: { count: 10 }\n';

test('a resume names what has changed since: limits, release, units, rules', async () => {
  const before = byName((await batchOf(text)).inputs);
  assert.deepEqual(Object.keys(before), [
    'batch b1',
    'units units',
    'station bench1',
    'board esp32-devkit',
    'release small-1.2.0',
  ]);
  const changedBy = async (changed: string) => changedInputs(before, (await batchOf(changed)).inputs);
  assert.deepEqual(await changedBy(`# the same\n${text}description: Other words\n`), []);
  assert.deepEqual(await changedBy(`${text}log: { level: debug }\natOnce: 2\n`), []);
  assert.deepEqual(await changedBy(`${text}override: { backup: regions }\n`), ['board esp32-devkit']);
  assert.deepEqual(await changedBy(text.replace('10', '11')), ['units units']);
  assert.deepEqual(await changedBy(`${text}retries: 1\n`), ['batch b1']);
  await rig.useVersion('1.3.0');
  assert.deepEqual(await changedBy(text), ['station bench1', 'release small-1.2.0', 'release small-1.3.0']);
  await rig.useVersion('1.2.0');
  assert.deepEqual(await changedBy(text), []);
});

test('a unit list is an input by its name', async () => {
  const file = await write('listed.yaml', text.replace('count: 10', 'list: week.csv'));
  await write('week.csv', 'serial\nA\nB\n');
  const before = byName(batchIn(await load([file])).inputs);
  await write('week.csv', 'serial\nA\nC\n');
  assert.deepEqual(changedInputs(before, batchIn(await load([file])).inputs), ['units week.csv']);
});

test('waves are as large as they are written, the last one takes what is left', () => {
  assert.deepEqual(waveSizes({ kind: 'fixed', size: 10, factor: 1 }, 25), [10, 10, 5]);
  assert.deepEqual(waveSizes({ kind: 'fixed', size: 2, factor: 2 }, 16), [2, 4, 8, 2]);
  assert.deepEqual(waveSizes({ kind: 'fixed', size: 0, factor: 1 }, 16), [16]);
  assert.deepEqual(waveSizes({ kind: 'memory-adaptive', size: 6, memoryThreshold: 0.8 }, 8), [6, 2]);
  assert.deepEqual(waveSizes({ kind: 'time-based', seconds: 60 }, 8), [8]);
  assert.deepEqual(waveSizes({ kind: 'fixed', size: 3, factor: 1 }, 0), []);
});

test('the estimate grows with units and waves, and shrinks with places', async () => {
  const seconds = async (further: string) => estimateBatch(await batchOf(further)).seconds;
  const whole = await seconds(text);
  assert.ok(whole > 0);
  assert.ok((await seconds(text.replace('10', '20'))) > whole);
  assert.ok((await seconds(`${text}waves: { kind: fixed, size: 1 }\n`)) > whole);
  assert.ok((await seconds(`${text}atOnce: 1\n`)) > whole);
  assert.ok((await seconds(`${text}range: { from: 1, to: 4 }\n`)) < whole);
  assert.match(
    estimateBatch(await batchOf(text)).basis,
    /^10 units in 1 wave, 4 at once, \d+ s a unit, 10 s a swap, no retests$/,
  );
});

test('the plan says what would be done, and what would not', async () => {
  const files = [
    await write('batch.yaml', await format('batch.yaml')),
    await write('batch-main.yaml', await format('batch-main.yaml')),
  ];
  const batch = batchIn(await load(files));
  const plan = planText(batch);
  for (const line of [
    /^batch +production-rollout-v1.2.0$/m,
    /^stations +bench1: 1 slot, virtual bench$/m,
    /^boards +esp32-devkit \(esp32, esptool-js\): 4 tries of a write, backup of the written regions, rolled back when it fails, 300 s a unit at most$/m,
    /^releases +small-1.2.0: version 1.2.0 for esp32, bootloader, partitions, app, \d+ bytes, sha256 [0-9a-f]{64}$/m,
    /^units +1 to be done$/m,
    /^ +unit 1 \(ESP32_001\): slot1 of bench1, \/dev\/serial\/by-path\/test-port1$/m,
    /^order +gradual, 1 at once$/m,
    /^waves +1 unit; each must pass to 90 %, or it is rolled back$/m,
    /^gates +at least 80 % pass, judged from 10 results on; else the batch stops$/m,
    /^skipped +unit 2 \(ESP8266_001\): WRONG_CHIP, .*app.bin is for esp32, not for esp8266$/m,
    /^notices +batch-main.yaml device_types.esp8266.interface serial: /m,
    /^time +about \d+ s \(1 unit in 1 wave, 1 at once, \d+ s a unit, no retests\)$/m,
  ])
    assert.match(plan, line);
  const counted = planText(await batchOf(text));
  assert.match(
    counted,
    /^swap +each slot by itself; a new board is there when its loader shows another id, looked for every 1 s$/m,
  );
  assert.match(counted, /^gates +every unit must pass$/m);
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BatchFlags } from '../../../rigs/batch/flags.js';
import { formatProblems } from '../../../rigs/problem.js';
import { batchIn, makeBatchFolder } from './batch-folder.js';

const { write, load, format, image, rig } = await makeBatchFolder();
const own = await write(
  'own.yaml',
  'batch: b1\nstations: [bench1]\nunits: { count: 6 }\nstrategy: gradual\nwaves: { kind: fixed, size: 2, factor: 2 }\natOnce: 3\n',
);
const rollout = await write('batch.yaml', await format('batch.yaml'));

const withFlags = async (flags: BatchFlags, ...files: string[]) => batchIn(await load(files, flags));
const refusal = async (flags: BatchFlags, ...files: string[]) => {
  const { batch, problems } = await load(files, flags);
  assert.equal(batch, undefined, JSON.stringify(flags));
  return formatProblems(problems);
};

test('flags alone make a batch', async () => {
  const batch = await withFlags({ station: ['bench1'], devices: ['10'], parallelJobs: 2, batchSize: 5 });
  const { id, units, atOnce, waves, swap } = batch;
  assert.deepEqual(
    { id, units: units.length, atOnce, waves, detect: swap.detect },
    {
      id: 'provision-bench1',
      units: 10,
      atOnce: 2,
      waves: { kind: 'fixed', size: 5, factor: 1 },
      detect: 'identity',
    },
  );
});

test('flags take the place of what the file says, and leave the rest', async () => {
  const batch = await withFlags(
    { id: 'b2', devices: ['4'], parallelJobs: 1, batchSize: 3, logFile: 'x.log' },
    own,
  );
  assert.deepEqual(
    [batch.id, batch.units.length, batch.atOnce, batch.strategy, batch.waves],
    ['b2', 4, 1, 'gradual', { kind: 'fixed', size: 3, factor: 2 }],
  );
  assert.deepEqual([batch.log.file, batch.log.level], [join(process.cwd(), 'x.log'), 'info']);
  const time = await withFlags({ batchStrategy: 'time-based' }, own);
  assert.deepEqual([time.strategy, time.waves], ['gradual', { kind: 'time-based', seconds: 300 }]);
  const memory = await withFlags({ batchStrategy: 'memory-adaptive' }, own);
  assert.deepEqual(memory.waves, { kind: 'memory-adaptive', size: 2, memoryThreshold: 0.8 });
  const one = await withFlags({ batchMode: 'sequential' }, own);
  assert.deepEqual([one.strategy, one.atOnce], ['sequential', 1]);
  assert.match(one.notices.join(), /own.yaml atOnce: gives way to --batch-mode sequential/);
});

test('devices can be ports of the rig, and a list of units takes their place', async () => {
  const batch = await withFlags({ devices: ['/dev/serial/by-path/test-port3'] }, own);
  assert.deepEqual(batch.units, [{ number: 1, place: { station: 'bench1', slot: 'slot3' } }]);
  const list = await write('u.csv', 'serial\nA\nB\n');
  assert.deepEqual((await withFlags({ units: list }, own)).units.length, 2);
});

test('contradictions are refused by the name of the flag', async () => {
  const cases: [BatchFlags, RegExp, string?][] = [
    [{ devices: ['0'] }, /^--devices:1:1: is 0; a batch has at least one unit/],
    [{ devices: ['3'], units: 'u.csv' }, /^--units:1:1: stands beside --devices/],
    [{ devices: ['what?'] }, /^--devices:1:1: "what\?" is neither/],
    [{ batchMode: 'sequential', batchStrategy: 'gradual' }, /^--batch-mode:1:1: is sequential/],
    [{ batchMode: 'sequential', parallelJobs: 4 }, /^--parallel-jobs:1:1: is 4, but a sequential batch/],
    [
      { batchStrategy: 'time-based', batchSize: 4 },
      /^--batch-size:1:1: stands beside --batch-strategy time-based/,
    ],
    [{ parallelJobs: 0 }, /^--parallel-jobs:1:1: is 0/],
    [{ batchSize: -1 }, /^--batch-size:1:1: is -1/],
    [{ protocol: 'uatr' }, /^--protocol:1:1: is "uatr"; did you mean `uart`\?/],
    [
      { protocol: 'ota' },
      /^--protocol:1:1: is ota, but board esp32-devkit in slot1 of bench1 is written by esptool-js; write uart or serial/,
    ],
    [{ currentVersionField: 'console' }, /^--current-version-field:1:1: .*add --conditional-flash/],
    [{ conditionalFlash: true, currentVersionField: '12' }, /write console, or where in flash/],
    [{ testMode: true, postFlashScript: './x.sh' }, /^--post-flash-script:1:1: .*--test-mode writes nothing/],
    [{ testMode: true, conditionalFlash: true }, /^--conditional-flash:1:1/],
    [{ station: ['bench1'] }, /^--station:1:1: is not needed/, rollout],
    [{ station: ['bnech1'] }, /^--station:1:1: there is no station "bnech1"/],
    [{ range: { from: 3, to: 2 } }, /^--range:1:1: is 3 to 2/],
    [{ powerCyclePin: '17' }, /^--power-cycle-pin:1:1: switches one slot, and this batch has 4/],
    [{ firmware: 'nothing-1.0.0' }, /^--firmware:1:1: there is no release "nothing-1.0.0"/],
    [{ firmware: '/no/such.bin' }, /^--firmware:1:1: there is no file \/no\/such.bin/],
    [{ id: 'a b' }, /^--id:1:1: is "a b"; it names a folder/],
  ];
  for (const [flags, expected, file = own] of cases) assert.match(await refusal(flags, file), expected);
});

test('firmware is a release of the rig, or an image of which the rest of its release is known', async () => {
  const release = await withFlags({ firmware: 'small-1.2.0' }, own);
  assert.equal(release.stations[0]?.slots[0]?.release.name, 'small-1.2.0');
  const file = await withFlags({ firmware: image('app') }, own);
  assert.equal(file.stations[0]?.slots[0]?.release.name, 'small-1.2.0');
  assert.match(
    file.notices.join(),
    /app.bin is the application of release small-1.2.0: its bootloader and partition table are written with it/,
  );
});

test('a unit that holds the version already is left alone, by digest unless its version has a place', async () => {
  const skipOf = async (flags: BatchFlags) =>
    (await withFlags(flags, own)).stations[0]?.slots[0]?.release.skip;
  assert.equal(await skipOf({}), undefined);
  assert.deepEqual(await skipOf({ conditionalFlash: true }), { by: 'digest' });
  assert.deepEqual(await skipOf({ conditionalFlash: true, currentVersionField: 'console' }), {
    by: 'console',
  });
  assert.deepEqual(await skipOf({ conditionalFlash: true, currentVersionField: '0x10030:32' }), {
    by: 'field',
    offset: 0x10030,
    lengthBytes: 32,
  });
});

test('a post-flash script is a check of every board, and must be a program', async () => {
  const script = await write('post.sh', '#!/bin/sh\nexit 0\n');
  assert.match(await refusal({ postFlashScript: script }, own), /^--post-flash-script:1:1: /);
  const { chmod } = await import('node:fs/promises');
  await chmod(script, 0o755);
  const batch = await withFlags({ postFlashScript: script }, own);
  assert.deepEqual(batch.stations[0]?.slots[3]?.board.checks.at(-1), {
    name: 'post-flash-script',
    required: true,
    script: { path: script, args: [], timeoutMs: 60_000, takesPort: false, measure: [] },
  });
});

test('a power line and its time off are those of the one slot', async () => {
  const devices = ['/dev/serial/by-path/test-port2'];
  const batch = await withFlags({ devices, powerCyclePin: 'header/17', powerCycleDelaySeconds: 2.5 });
  const [slot] = batch.stations[0]?.slots ?? [];
  assert.deepEqual([slot?.id, slot?.power], ['slot2', { chip: 'header', line: 17, activeLow: false }]);
  assert.equal(batch.stations[0]?.powerOn.offMs, 2500);
  assert.match(
    await refusal({ devices, powerCyclePin: '17' }),
    /is line 17 of a chip that is not named, and bench1 has lines on expander-0 and expander-1/,
  );
});

test('test mode only identifies', async () => {
  assert.equal((await withFlags({ testMode: true }, own)).programme, 'detect');
  assert.equal((await withFlags({ testMode: true }, rollout)).programme, 'detect');
  assert.ok(rig.folder);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { addOrderOptions, isPlain, orderOf, type OrderOptions } from '../../cli/run/order-options.js';
import { addResumeFlags, resumeOf, type ResumeFlags } from '../../cli/run/resume-flags.js';

function parsed(line: string): OrderOptions & ResumeFlags {
  const command = addResumeFlags(addOrderOptions(new Command('run'))).option('--resume-auto');
  return command.parse(line.split(' '), { from: 'user' }).opts();
}

test('every flag of an order stands where a batch reads it', () => {
  const order = orderOf(
    parsed(
      '--batch-config a.json b.yaml --batch-config c.yaml --id b7 --station station1,station2 --devices 50 --units units.csv ' +
        '--range 5-12 --firmware demo-1.2.0 --protocol uart --batch-mode --batch-strategy gradual --parallel-jobs 4 --batch-size 0 ' +
        '--test-mode --conditional-flash --current-version-field console --power-cycle-pin relays/3 --power-cycle-delay 500ms ' +
        '--post-flash-script ./label.sh --log-file logs/b7.log',
    ),
  );
  assert.deepEqual(order, {
    files: ['a.json', 'b.yaml', 'c.yaml'].map((file) => resolve(file)),
    flags: {
      id: 'b7',
      station: ['station1', 'station2'],
      devices: ['50'],
      units: resolve('units.csv'),
      range: { from: 5, to: 12 },
      firmware: 'demo-1.2.0',
      protocol: 'uart',
      batchMode: 'parallel',
      batchStrategy: 'gradual',
      parallelJobs: 4,
      batchSize: 0,
      testMode: true,
      conditionalFlash: true,
      currentVersionField: 'console',
      powerCyclePin: 'relays/3',
      powerCycleDelaySeconds: 0.5,
      postFlashScript: resolve('label.sh'),
      logFile: resolve('logs/b7.log'),
    },
  });
});

test('an order says nothing that was not written', () => {
  assert.deepEqual(orderOf(parsed('--batch-mode sequential')), {
    files: [],
    flags: { batchMode: 'sequential' },
  });
});

test('firmware is the name of a release unless there is such a file', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rig-order-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const image = join(folder, 'app.bin');
  writeFileSync(image, '');
  assert.equal(orderOf({ firmware: image }).flags.firmware, image);
  assert.equal(orderOf({ firmware: './app.bin' }).flags.firmware, resolve('app.bin'));
  assert.equal(orderOf({ firmware: 'app.bin' }).flags.firmware, 'app.bin');
});

test('devices are a number, or places with spaces or commas between them', () => {
  assert.deepEqual(orderOf(parsed('--devices /dev/ttyUSB0,/dev/ttyUSB1')).flags.devices, [
    '/dev/ttyUSB0',
    '/dev/ttyUSB1',
  ]);
  assert.deepEqual(orderOf(parsed('--devices 192.0.2.7 192.0.2.8')).flags.devices, [
    '192.0.2.7',
    '192.0.2.8',
  ]);
});

test('stations alone are a plain run; anything else makes a batch', () => {
  assert.ok(isPlain(orderOf(parsed('--station station1'))));
  for (const line of [
    '--station station1 --devices 8',
    '--batch-config a.yaml',
    '--station station1 --test-mode',
  ])
    assert.ok(!isPlain(orderOf(parsed(line))), line);
});

test('how a batch is gone on with follows from the flags', () => {
  assert.equal(resumeOf({}), undefined);
  assert.deepEqual(resumeOf(parsed('--force-continue')), { mode: 'auto', force: true });
  assert.deepEqual(resumeOf(parsed('--resume-auto')), { mode: 'auto' });
  assert.deepEqual(resumeOf(parsed('--resume-from-unit 120 --force-continue')), {
    mode: 'auto',
    fromUnit: 120,
    force: true,
  });
  assert.deepEqual(resumeOf(parsed('--resume-from-batch 3')), { mode: 'auto', fromWave: 3 });
});

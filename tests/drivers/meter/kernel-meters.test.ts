import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openMeter } from '../../../drivers/meter/open-meter.js';

function folderWith(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rig-meter-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('a raw value of IIO is scaled by its channel, before by its kind, and shifted by an offset first', async (t) => {
  const iio = folderWith(t, {
    in_voltage1_raw: '100\n',
    in_voltage_offset: '-20\n',
    in_voltage_scale: '9.0\n',
    in_voltage1_scale: '2.500000000\n',
    in_current3_raw: '-40\n',
    in_current_scale: '0.5\n',
  });
  const meter = await openMeter({ iio, volts: 'in_voltage1', amps: 'in_current3' });
  assert.deepEqual(await meter.read(), { railVolts: 0.2, railAmps: -0.02 });
});

test('a differential channel of IIO has the scale of its pair', async (t) => {
  const iio = folderWith(t, {
    'in_voltage0-voltage1_raw': '100\n',
    'in_voltage-voltage_scale': '10\n',
    in_voltage_scale: '77\n',
  });
  const meter = await openMeter({ iio, volts: 'in_voltage0-voltage1' });
  assert.deepEqual(await meter.read(), { railVolts: 1 });
});

test('a raw value of IIO without a scale is not taken for millivolts', async (t) => {
  const iio = folderWith(t, { in_voltage1_raw: '100\n' });
  await assert.rejects(openMeter({ iio, volts: 'in_voltage1' }), {
    code: 'METER_FAILED',
    message: /in_voltage1_raw has no scale/,
  });
});

test('of several meters below the folder none is chosen', async (t) => {
  const hwmon = folderWith(t, {});
  for (const name of ['hwmon2', 'hwmon3']) {
    mkdirSync(join(hwmon, name));
    writeFileSync(join(hwmon, name, 'in1_input'), '5000\n');
  }
  await assert.rejects(openMeter({ hwmon, volts: 'in1_input' }), {
    code: 'METER_FAILED',
    message: /holds hwmon2 and hwmon3; name the one that is meant/,
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openHwmonMeter } from '../../../drivers/meter/hwmon-meter.js';

function hwmonWith(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'rig-hwmon-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const files = { volts: 'in1_input', amps: 'curr1_input' };

test('millivolts and milliamperes are read as volts and amperes, fresh each time', async (t) => {
  const hwmon = hwmonWith(t, { in1_input: '3301\n', curr1_input: '-82\n' });
  const meter = await openHwmonMeter({ hwmon, ...files });
  assert.deepEqual(await meter.read(), { railVolts: 3.301, railAmps: -0.082 });
  writeFileSync(join(hwmon, 'in1_input'), '0\n');
  assert.equal((await meter.read()).railVolts, 0);
  await meter.close();
  await meter.close();
});

test('a meter without a current file measures volts only', async (t) => {
  const hwmon = hwmonWith(t, { in1_input: '5000' });
  const meter = await openHwmonMeter({ hwmon, volts: 'in1_input' });
  assert.deepEqual(await meter.read(), { railVolts: 5 });
});

test('a missing file is known when the meter is opened, and named', async (t) => {
  const hwmon = hwmonWith(t, { in1_input: '5000\n' });
  await assert.rejects(openHwmonMeter({ hwmon, ...files }), (error: Error) => {
    assert.match(error.message, /^METER_FAILED: cannot read .*\/curr1_input: ENOENT/);
    return true;
  });
});

test('what is not a whole number is refused with what was in the file', async (t) => {
  for (const text of ['', '3.3\n', 'N/A\n', '12 V\n']) {
    const hwmon = hwmonWith(t, { in1_input: text });
    await assert.rejects(openHwmonMeter({ hwmon, volts: 'in1_input' }), (error: Error) => {
      assert.ok(error.message.startsWith(`METER_FAILED: ${hwmon}/in1_input holds ${JSON.stringify(text)}`));
      return true;
    });
  }
});

test('a sensor that vanishes between two reads is METER_FAILED', async (t) => {
  const hwmon = hwmonWith(t, { in1_input: '5000\n' });
  const meter = await openHwmonMeter({ hwmon, volts: 'in1_input' });
  rmSync(join(hwmon, 'in1_input'));
  await assert.rejects(meter.read(), { code: 'METER_FAILED', blame: 'rig' });
});

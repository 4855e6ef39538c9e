import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createMeterFiles } from '../../bench/meters.js';

test('a meter shows whole numbers, and one that is taken away takes nothing else with it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rig-meter-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const meter = createMeterFiles(folder, { volts: 'in1_input', amps: 'curr1_input' });
  meter.show(4999.6, 79.4);
  assert.equal(readFileSync(join(folder, 'in1_input'), 'utf8'), '5000\n');
  assert.equal(readFileSync(join(folder, 'curr1_input'), 'utf8'), '79\n');
  rmSync(folder, { recursive: true });
  meter.show(0, 0);
  assert.equal(existsSync(folder), false);
});

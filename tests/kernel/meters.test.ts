import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInVm, vmMissing } from './vm.js';

const guest = 'node --import tsx --test --test-reporter=spec tests/kernel/guest/meters.guest.ts';

void test(
  'meters of a real kernel’s hwmon and IIO drivers are read',
  { skip: vmMissing(), timeout: 600_000 },
  async (t) => {
    const { exitCode, output } = await runInVm(guest, { timeoutMs: 500_000 });
    t.diagnostic(output);
    assert.equal(exitCode, 0, output);
    assert.match(output, /pass [1-9]/);
  },
);

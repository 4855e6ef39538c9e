import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingTools } from '../vendor-tools.js';
import { runInVm, vmMissing } from './vm.js';

const guest =
  'sh tests/kernel/guest/usb-gadget.sh && node --import tsx --test --test-reporter=spec tests/kernel/guest/usb.guest.ts';

void test(
  'hub ports and ports that come and go, on the USB of a real kernel',
  { skip: vmMissing() || missingTools('uhubctl'), timeout: 600_000 },
  async (t) => {
    const { exitCode, output } = await runInVm(guest, { timeoutMs: 500_000 });
    t.diagnostic(output);
    assert.equal(exitCode, 0, output);
    assert.match(output, /pass [1-9]/);
  },
);

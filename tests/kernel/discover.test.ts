import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInVm, vmMissing } from './vm.js';

const guest =
  'sh tests/kernel/guest/usb-gadget.sh && node --import tsx --test --test-reporter=spec tests/kernel/guest/discover.guest.ts';

void test(
  'serial ports and boot drives of a real kernel are listed by their place',
  { skip: vmMissing(), timeout: 600_000 },
  async (t) => {
    const { exitCode, output } = await runInVm(guest, { timeoutMs: 500_000 });
    t.diagnostic(output);
    assert.equal(exitCode, 0, output);
    assert.match(output, /pass [1-9]/);
  },
);

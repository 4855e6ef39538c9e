import { eachUnit, test } from '../fixtures/index.js';

// Gives a unit back what it held before it was written; `npx rig rollback UNIT` starts it for the right slot.
eachUnit({ proof: 'backup' }, () => {
  test('rollback', async ({ dut, flasher }) => {
    await test.step('detect', () => dut.identify(flasher));
    await test.step('restore', () => flasher.restore());
  });
});

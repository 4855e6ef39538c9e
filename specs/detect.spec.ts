import { eachUnit, test } from '../fixtures/index.js';

// Test mode: says what is in every slot and writes nothing to any flash.
eachUnit({ proof: 'identity' }, () => {
  test('detect', async ({ dut, flasher }) => {
    await test.step('detect', () => dut.identify(flasher));
  });
});

import { eachUnit, expect, test } from '../fixtures/index.js';

// For stations on which boards of several kinds stand side by side: each runs the checks of its own board file, in their order.
eachUnit(() => {
  test('bring-up', async ({ dut, power, flasher, console, check }) => {
    await test.step('detect', () => dut.identify(flasher));
    await test.step('flash', () => flasher.provision(dut.release));
    await test.step('boot', async () => {
      await power.cycle();
      await expect(console).toBoot(dut.release);
    });
    await test.step('checks', () => check.all());
  });
});

import { eachUnit, expect, test } from '../fixtures/index.js';

// The limits of every check stand in the board file, with their source.
eachUnit(() => {
  test('provision', async ({ dut, power, flasher, console, check }) => {
    await test.step('detect', () => dut.identify(flasher));
    await test.step('flash', () => flasher.provision(dut.release));
    await test.step('boot', async () => {
      await power.cycle();
      await expect(console).toBoot(dut.release);
    });
    await test.step('wifi', () => check('wifi'));
    await test.step('memory', () => check('memory'));
    await test.step('sensor', () => check('sensor'));
    await check.rest();
  });
});

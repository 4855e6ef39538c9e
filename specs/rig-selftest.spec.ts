import { eachUnit, expect, test } from '../fixtures/index.js';

// Proves that the rig is fit: with empty nests, with golden units, with known-bad ones, or a mixture. The station file names the units.
eachUnit({ proof: 'rig' }, () => {
  test('rig-selftest', async ({ selftest, dut, power, flasher, console, check }) => {
    await test.step('lamps', () => selftest.lamps());
    await test.step('lines', () => selftest.lines());
    await test.step('rail', () => selftest.rail());
    await test.step('port', () => selftest.port());
    await test.step('nest', () => selftest.nest(() => dut.identify(flasher)));
    await test.step('unit', () =>
      selftest.judge(async () => {
        await flasher.provision(dut.release);
        await power.cycle();
        await expect(console).toBoot(dut.release);
        await check.all();
      }));
  });
});

import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Kill } from '../station/kill-campaign.js';
import { shippedRig } from '../station/shipped-rig.js';
import { runInVm, vmMissing } from './vm.js';

// The shipped station1 on a real kernel's lines: the virtual boards hang on chips of gpio-sim with the labels of its file. Small unless
// RIG_KERNEL=full says all eight slots and ten kills, which takes some ten minutes.

const isFull = process.env['RIG_KERNEL'] === 'full';
const provisioned = isFull ? 8 : 1;
const kills = isFull ? 10 : 2;
const chips = 'sh tests/kernel/guest/gpio-sim.sh pinctrl-bcm2711 28 1-0020 16';
const program = (name: string, ...args: string[]) =>
  `node --import tsx tests/kernel/guest/programs/${name}.ts ${args.join(' ')}`;

async function rigWith(context: TestContext, gpio: 'onoff' | 'gpiod', slots: number) {
  const rig = await shippedRig('station1', (station) => {
    Object.assign(station, { gpio, slots: station.slots.slice(0, slots) });
  });
  context.after(rig.remove);
  return { ...rig, env: rig.env as Record<string, string>, file: `${rig.env['RIG_RIGS']}/station1.yaml` };
}

describe('station1 on the lines of a real kernel', { skip: vmMissing() }, () => {
  for (const gpio of ['onoff', 'gpiod'] as const) {
    test(`passes ${provisioned} units with ${gpio} and leaves no output on`, async (context) => {
      const { env, file } = await rigWith(context, gpio, provisioned);
      const run = 'node_modules/.bin/playwright test --project=station1 --workers=2';
      const { exitCode, output } = await runInVm(`${chips} && ${run} && ${program('outputs-on', file)}`, {
        timeoutMs: 1_200_000,
        megabytes: 4096,
        env: { ...env, NO_COLOR: '1' },
      });
      assert.equal(exitCode, 0, output);
      assert.match(output, new RegExp(`^  ${provisioned} passed`, 'm'));
      assert.match(output, new RegExp(`^${provisioned * 3} outputs, on: none$`, 'm'));
    });

    test(`has every output off within two seconds of each of ${kills} kills with ${gpio}`, async (context) => {
      const { env } = await rigWith(context, gpio, 2);
      const { exitCode, output } = await runInVm(
        `${chips} && ${program('kill-station', 'station1', String(kills), '4')}`,
        { timeoutMs: 2_400_000, megabytes: 4096, env },
      );
      assert.equal(exitCode, 0, output);
      const found = [...output.matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line) as Kill);
      for (const kill of found) context.diagnostic(JSON.stringify(kill));
      assert.equal(found.length, kills, output);
      for (const kill of found) assert.ok((kill.offAfterMs ?? Infinity) < 2000, JSON.stringify(kill));
    });
  }
});

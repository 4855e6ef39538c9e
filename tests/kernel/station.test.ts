import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Kill } from '../station/kill-campaign.js';
import { shippedRig } from '../station/shipped-rig.js';
import { runInVm, vmMissing, type VmResult } from './vm.js';

// The shipped station1 on a real kernel's lines: the virtual boards hang on chips of gpio-sim with the labels of its file. Small unless
// RIG_KERNEL=full says all eight slots and ten kills, which takes half an hour for each way to the lines.

const isFull = process.env['RIG_KERNEL'] === 'full';
const units = isFull ? 8 : 1;
const program = (name: string, ...args: (string | number)[]) =>
  `node --import tsx tests/kernel/guest/programs/${name}.ts ${args.join(' ')}`;

// Each seed kills another kind of victim first.
for (const [gpio, seed, kills] of [
  ['onoff', 4, isFull ? 10 : 1],
  ['gpiod', 5, isFull ? 10 : 0],
] as const) {
  describe(`station1 on the lines of a real kernel, through ${gpio}`, { skip: vmMissing() }, () => {
    let rig: Awaited<ReturnType<typeof shippedRig>>;
    let result: VmResult;
    before(async () => {
      rig = await shippedRig('station1', (station) => {
        Object.assign(station, { gpio });
      });
      const file = `${rig.env['RIG_RIGS']}/station1.yaml`;
      const provision = 'node_modules/.bin/playwright test --project=station1 --workers=2';
      const commands = [
        'sh tests/kernel/guest/gpio-sim.sh pinctrl-bcm2711 28 1-0020 16',
        ...(kills > 0 ? [program('kill-station', 'station1', kills, seed)] : []),
        `${provision} -g '@slot[1-${units}]'`,
        program('outputs-on', file),
      ];
      result = await runInVm(commands.join(' && '), {
        timeoutMs: (isFull ? 60 : 15) * 60_000,
        megabytes: 4096,
        env: { ...(rig.env as Record<string, string>), NO_COLOR: '1' },
      });
    });
    after(() => rig.remove());

    const ofKills = kills > 0 ? test : () => undefined;
    void ofKills(`has every output off within two seconds of each of ${kills} kills`, (context) => {
      const found = [...result.output.matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line) as Kill);
      for (const kill of found) context.diagnostic(JSON.stringify(kill));
      assert.equal(found.length, kills, result.output);
      for (const kill of found) assert.ok((kill.offAfterMs ?? Infinity) < 2000, JSON.stringify(kill));
    });

    test(`passes ${units} units after that, and leaves no output on`, () => {
      assert.equal(result.exitCode, 0, result.output);
      assert.match(result.output, new RegExp(`^  ${units} passed`, 'm'));
      assert.match(result.output, /^24 outputs, on: none$/m);
    });
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { pollUntil } from '../../../core/deadline.js';
import { runGpiod } from '../../../gpio/gpiod-run.js';
import { parseChips } from '../../../gpio/gpiod-tools.js';
import { lineContract } from '../../gpio/line-contract.js';
import { kernelHost } from './kernel-host.js';
import { simChip } from './sim-chip.js';

// The contract over the commands of libgpiod 2.x, which Debian 12 does not have: the first ones in PATH have to be such.

const chip = simChip('pinctrl-bcm2711', 28);

lineContract({
  name: 'gpiod 2.x, gpio-sim',
  async start() {
    const host = await kernelHost('gpiod', chip);
    return { ...host, occupy: () => occupy(host.output.line) };
  },
  without: { stuck: 'nothing can be put on an output of this chip' },
});

/** gpioset outside of every rig, in the syntax of 2.x. */
async function occupy(line: number): Promise<{ holder: string; release(): Promise<void> }> {
  const { stdout } = await runGpiod('gpiodetect', []);
  const name = parseChips(stdout).find(({ label }) => label === chip.label)?.name ?? '';
  const child = spawn('gpioset', ['--chip', name, `${line}=0`], { stdio: 'inherit' });
  const ended = once(child, 'exit');
  await pollUntil(
    async () => (readFileSync('/sys/kernel/debug/gpio', 'utf8').includes('|gpioset') ? true : undefined),
    {
      intervalMs: 5,
      timeoutMs: 20_000,
      onTimeout: () => new Error('waited 20 s until gpioset has its line'),
    },
  );
  return {
    holder: 'gpioset',
    async release() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

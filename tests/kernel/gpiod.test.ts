import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { runInVm, vmMissing } from './vm.js';

// The contract over libgpiod's commands runs with that of the other backends; here is what they alone do, and the same over another version.

/** A folder with the commands of libgpiod 2.x, which Debian 12 does not have. */
const secondVersion = process.env['RIG_GPIOD_TOOLS'];

const run = (...guests: string[]) =>
  `node --import tsx --test --test-reporter=spec ${guests.map((name) => `tests/kernel/guest/${name}.guest.ts`).join(' ')}`;

/**
 * The first use of a command has to fetch it from outside of the machine, which makes the machine's clock leap past every deadline.
 */
const warmUp =
  'for tool in gpioset gpioget gpiomon gpiodetect gpioinfo; do $tool --version | head -1; done; setpriv --pdeathsig KILL true';

async function passes(t: TestContext, command: string): Promise<void> {
  const { exitCode, output } = await runInVm(`${warmUp} && ${command}`, { timeoutMs: 800_000 });
  t.diagnostic(output);
  assert.equal(exitCode, 0, output);
  assert.match(output, /pass [1-9]/);
}

void test(
  'processes hold the lines of a real kernel, and are taken over',
  { skip: vmMissing(), timeout: 900_000 },
  (t) => passes(t, run('gpiod')),
);

void test(
  'libgpiod 2.x does all that 1.x does',
  {
    skip:
      vmMissing() ||
      (secondVersion === undefined &&
        'needs the commands of libgpiod 2.x: RIG_GPIOD_TOOLS names their folder'),
    timeout: 900_000,
  },
  (t) => passes(t, `export PATH="$RIG_GPIOD_TOOLS:$PATH" && ${warmUp} && ${run('gpiod', 'gpiod-second')}`),
);

import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pollUntil } from '../../../core/deadline.js';
import { openBackend } from '../../../gpio/backend.js';
import type { LineBackend } from '../../../gpio/line.js';
import { listen } from '../../gpio/contract/listen.js';
import { lineContract } from '../../gpio/line-contract.js';
import { expanderChip } from './expander-chip.js';
import { kernelHost } from './kernel-host.js';
import { simChip } from './sim-chip.js';

// What only lines by libgpiod's commands do: processes hold them, and are taken over. And the contract on a chip without interrupts.

const chip = simChip('rig-gpiod', 16);
const expander = expanderChip();

lineContract({ name: 'gpiod, PCA9555', start: () => kernelHost('gpiod', expander) });
const output = { chip: chip.label, line: 3 };
const input = { chip: chip.label, line: 9 };

interface Given {
  backend: LineBackend;
  folder: string;
  t: TestContext;
}

function kernelTest(name: string, body: (given: Given) => Promise<void>): void {
  void test(`gpiod: ${name}`, { timeout: 60_000 }, async (t) => {
    chip.reset();
    const folder = mkdtempSync(join(tmpdir(), 'rig-gpiod-'));
    const backend = await openBackend({ kind: 'gpiod', folder });
    try {
      await body({ backend, folder, t });
    } finally {
      await backend.close();
      await endAll('gpioset');
      rmSync(folder, { recursive: true });
    }
  });
}

kernelTest('a holder has a session of its own and no file of its starter', async ({ backend }) => {
  await backend.openOutput(output, { initial: true });
  const [pid = 0] = pidsOf('gpioset');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  assert.equal(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3], String(pid));
  const files = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  assert.deepEqual(
    files.filter((file) => !/^(\/dev\/(null|gpiochip\d+)|anon_inode:.*|\/.* \(deleted\))$/.test(file)),
    [],
  );
});

kernelTest('a line has one holder, however often it is written', async ({ backend }) => {
  const line = await backend.openOutput(output, { initial: false });
  for (const active of [true, false, true]) await line.write(active);
  const [holder] = pidsOf('gpioset');
  await line.write(true);
  assert.deepEqual(pidsOf('gpioset'), [holder]);
});

kernelTest('an output whose holder was ended is reported, and driven again', async ({ backend }) => {
  const line = await backend.openOutput(output, { initial: true });
  await endAll('gpioset');
  await assert.rejects(line.read(), /LINE_READBACK: .*not driven any more/);
  await line.write(true);
  assert.equal(chip.level(output.line), 1);
  assert.equal(await line.read(), true);
});

kernelTest('a holder that nobody noted is found and taken over', async ({ backend, folder }) => {
  await (await backend.openOutput(output, { initial: true })).close();
  for (const note of readdirSync(folder)) rmSync(join(folder, note));
  const changes = chip.watch(output.line);
  const line = await backend.openOutput(output, { initial: false });
  assert.equal(await line.read(), false);
  assert.deepEqual(changes(), [0]);
  assert.equal(pidsOf('gpioset').length, 1);
});

kernelTest("another rig's holder is left alone and named", async ({ backend, folder }) => {
  const other = await openBackend({ kind: 'gpiod', folder: join(folder, 'other') });
  await other.openOutput(output, { initial: true });
  const [pid = 0] = pidsOf('gpioset');
  const named = new RegExp(`LINE_BUSY: .*process ${pid} of .*/other/rig-gpiod-3\\.json`);
  await assert.rejects(backend.openOutput(output, { initial: false }), named);
  await other.close();
  assert.equal(chip.level(output.line), 1);
});

kernelTest('processes that write one line at once all have their turn', async ({ backend, folder, t }) => {
  const changes = chip.watch(output.line);
  const writers = [1, 2, 3].map(() =>
    startProgram(t, 'gpiod-writer.ts', { folder, line: output, writes: 6 }),
  );
  await Promise.all(
    writers.map(async (writer) => {
      const [code] = (await once(writer, 'exit')) as [number | null];
      assert.equal(code, 0);
    }),
  );
  assert.equal(pidsOf('gpioset').length, 1);
  const line = await backend.openOutput(output, { initial: 'as-is' });
  assert.equal(await line.read(), chip.level(output.line) === 1);
  assert.ok(changes().length <= 18);
});

kernelTest(
  'a watched input is left to its user, and freed when that is killed',
  async ({ backend, folder, t }) => {
    chip.drive(input.line, 1);
    const watcher = startProgram(t, 'gpiod-watcher.ts', { folder, line: input });
    await once(createInterface({ input: watcher.stdout ?? process.stdin }), 'line');
    await assert.rejects(
      backend.openOutput(input, { initial: false }),
      new RegExp(`LINE_BUSY: .*is watched as an input by process ${watcher.pid ?? 0} of this rig`),
    );
    const reader = await backend.openInput(input);
    assert.equal(await reader.read(), true);
    watcher.kill('SIGKILL');
    await once(watcher, 'exit');
    await until('gpiomon has died with its owner', () => pidsOf('gpiomon').length === 0);
    const line = await backend.openOutput(input, { initial: false });
    assert.equal(await line.read(), false);
  },
);

kernelTest('an input is heard on when its gpiomon was ended', async ({ backend }) => {
  chip.drive(input.line, 0);
  const heard = listen<boolean>();
  const line = await backend.openInput(input);
  await line.watch(heard.hear);
  await endAll('gpiomon');
  chip.drive(input.line, 1);
  await heard.until((all) => all.length === 1);
  await until('it is watched again', () => pidsOf('gpiomon').length === 1);
  chip.drive(input.line, 0);
  await heard.until((all) => all.length === 2);
  assert.deepEqual(heard.all, [true, false]);
});

kernelTest('without a look into the kernel, lines are read all the same', async ({ backend, t }) => {
  execFileSync('mount', ['--bind', '/dev/null', '/sys/kernel/debug/gpio']);
  t.after(() => execFileSync('umount', ['/sys/kernel/debug/gpio']));
  const out = await backend.openOutput(output, { initial: true });
  assert.equal(await out.read(), true);
  chip.drive(input.line, 0);
  const heard = listen<boolean>();
  const line = await backend.openInput(input);
  await line.watch(heard.hear);
  for (const level of [1, 0, 1] as const) {
    chip.drive(input.line, level);
    assert.equal(await line.read(), level === 1);
    await heard.until((all) => all.at(-1) === (level === 1));
  }
  assert.deepEqual(heard.all, [true, false, true]);
  await until('it is watched again', () => pidsOf('gpiomon').length === 1);
  await endAll('gpioset');
  await assert.rejects(out.read(), /LINE_READBACK/);
});

kernelTest('an output of the rig becomes an input', async ({ backend }) => {
  await backend.openOutput(input, { initial: true });
  chip.drive(input.line, 0);
  const line = await backend.openInput(input);
  assert.equal(await line.read(), false);
  assert.deepEqual(pidsOf('gpioset'), []);
});

kernelTest('a line on a chip that went away has no holder left', async ({ backend }) => {
  const line = await backend.openOutput(output, { initial: true });
  chip.lose();
  await assert.rejects(line.write(false), /LINE_LOST: .*the chip 'rig-gpiod' is gone/);
  assert.deepEqual(pidsOf('gpioset'), []);
  chip.restore();
  await line.write(true);
  assert.equal(chip.level(output.line), 1);
});

kernelTest('a chip that falls silent is lost, though its device is still there', async ({ backend, t }) => {
  expander.reset();
  const line = await backend.openOutput({ chip: expander.label, line: 3 }, { initial: true });
  expander.lose();
  t.after(() => expander.restore());
  await assert.rejects(line.read(), /LINE_LOST: .*does not answer any more/);
  await assert.rejects(line.write(true), /LINE_LOST/);
  await assert.rejects(line.write(false), /LINE_LOST/);
  await assert.rejects(line.read(), /LINE_LOST: .*is not driven any more/);
  expander.restore();
  await line.write(false);
  assert.equal(expander.level(3), 0);
});

kernelTest('two chips with one label are refused', async ({ backend, t }) => {
  const twin = '/sys/kernel/config/gpio-sim/twin';
  const shell = (text: string) => execFileSync('sh', ['-c', text]);
  shell(`mkdir -p ${twin}/bank && echo rig-gpiod >${twin}/bank/label && echo 1 >${twin}/live`);
  t.after(() => shell(`echo 0 >${twin}/live; rmdir ${twin}/bank ${twin}`));
  await assert.rejects(
    backend.openOutput(output, { initial: false }),
    /LINE_NOT_FOUND: .*gpiochip\d+ and gpiochip\d+ are both labelled 'rig-gpiod'/,
  );
});

kernelTest('writes and their processes, counted', async ({ backend, t }) => {
  const line = await backend.openOutput(output, { initial: false });
  const count = 20;
  const began = performance.now();
  for (let at = 0; at < count; at += 1) await line.write(at % 2 === 0);
  const writeMs = (performance.now() - began) / count;
  const slots = Array.from({ length: 8 }, (_, at) => ({ chip: chip.label, line: at }));
  await Promise.all(slots.map((address) => backend.openOutput(address, { initial: true })));
  assert.equal(pidsOf('gpioset').length, 8);
  const [pid = 0] = pidsOf('gpioset');
  const memory = /Rss:.*\nPss:.*/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[0];
  t.diagnostic(
    `a write that changes the level took ${writeMs.toFixed(1)} ms; one holder: ${memory?.replace(/\s+/g, ' ') ?? ''}`,
  );
});

function startProgram(t: TestContext, name: string, plan: object): ChildProcess {
  const program = fileURLToPath(new URL(`programs/${name}`, import.meta.url));
  const args = ['--import', 'tsx', program, JSON.stringify(plan)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function endAll(command: string): Promise<void> {
  for (const pid of pidsOf(command)) process.kill(pid, 'SIGKILL');
  await until(`every ${command} has ended`, () => pidsOf(command).length === 0);
}

/** Nothing else in the machine runs these commands. A zombie runs none. */
function pidsOf(command: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/exe`))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/exe`).endsWith(`/${command}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function until(what: string, fits: () => boolean): Promise<boolean> {
  return pollUntil(async () => (fits() ? true : undefined), {
    intervalMs: 5,
    timeoutMs: 20_000,
    onTimeout: () => new Error(`waited 20 s until ${what}`),
  });
}

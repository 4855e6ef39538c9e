import assert from 'node:assert/strict';
import { existsSync, fstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import { openBackend } from '../../gpio/backend.js';
import type { LineBackend } from '../../gpio/line.js';
import { openOnoffLines } from '../../gpio/onoff-lines.js';
import { fakeSysfs, type FakeChip, type FakeSysfs } from './fake-sysfs.js';
import { lineContract, listen, type LineHost } from './line-contract.js';

// The kernel and onoff are stood in for (fake-sysfs.ts says how), but for the last two tests.

const pi: FakeChip = { folder: 'gpiochip512', label: 'pinctrl-bcm2711', base: 512, lineCount: 58 };
const expander: FakeChip = { folder: 'gpiochip1016', label: 'pca9555', base: 1016, lineCount: 16 };
const power = { chip: 'pinctrl-bcm2711', line: 17 };
const number = 512 + 17;

const onKernel = 'shown on a real kernel, in tests/kernel';
const without = {
  stuck: onKernel,
  busy: onKernel,
  permission: onKernel,
  killed: onKernel,
  guard: onKernel,
};

const standIn = async (): Promise<LineHost> => {
  const fake = await fakeSysfs([expander, pi]);
  return {
    open: () => openOnoffLines(fake),
    output: power,
    input: { chip: 'pca9555', line: 3 },
    drive: async (level) => fake.drive(1019, level),
    outputLevel: () => fake.line(number).level,
    outputChanges: () => (fake.line(number).changes = []),
    noticedBy: () => 'by interrupt',
    lose: async () => {
      for (const lost of [number, 1019]) fake.line(lost).fault.errno = 'ENODEV';
    },
    restore: async () => {
      for (const lost of [number, 1019]) fake.line(lost).fault = {};
    },
    close: () => fake.close(),
  };
};

lineContract({ name: 'onoff lines on a stand-in', start: standIn, without });

onoffTest('a line is found by its chip label, whatever the base of the chip', async (lines, fake) => {
  await lines.openOutput({ chip: 'pca9555', line: 2 }, { initial: true });
  assert.deepEqual(fake.exported, [1018]);
});

onoffTest('an unknown label is answered with the labels there are and the nearest one', async (lines) => {
  await assert.rejects(
    lines.openInput({ chip: 'pinctrl-bcm2712', line: 1 }),
    /LINE_NOT_FOUND: .*no GPIO chip is labelled 'pinctrl-bcm2712'; did you mean `pinctrl-bcm2711`\? .*`pca9555`/,
  );
});

onoffTest('a line past the end of the chip is answered with the lines there are', async (lines) => {
  for (const line of [16, -1, 1.5]) {
    await assert.rejects(
      lines.openInput({ chip: 'pca9555', line }),
      /LINE_NOT_FOUND: .*'pca9555' \(gpiochip1016\) has lines 0 to 15/,
    );
  }
});

void test('two chips with one label are refused by name, since either could be meant', async () => {
  const fake = await fakeSysfs([expander, { ...expander, folder: 'gpiochip1000', base: 1000 }]);
  try {
    const lines = await openOnoffLines(fake);
    await assert.rejects(
      lines.openInput({ chip: 'pca9555', line: 1 }),
      /gpiochip1000 and gpiochip1016 are both labelled 'pca9555'/,
    );
  } finally {
    await fake.close();
  }
});

onoffTest('closing a line keeps it exported, as unexporting would let go of the pin', async (lines, fake) => {
  const line = await lines.openOutput(power, { initial: true });
  const fd = fake.line(number).valueFd ?? -1;
  fstatSync(fd);
  await line.close();
  assert.throws(() => fstatSync(fd), /EBADF/);
  assert.equal(existsSync(join(fake.sysfs, 'class/gpio/gpio529/value')), true);
});

onoffTest(
  'a line that does not become an output is reported, although onoff says nothing',
  async (lines, fake) => {
    fake.line(number).fault.staysInput = true;
    await assert.rejects(
      lines.openOutput(power, { initial: false }),
      /LINE_READBACK: .*driven to 0 and is an input/,
    );
  },
);

onoffTest(
  'a line that is stuck is reported when it is opened and when it is written',
  async (lines, fake) => {
    fake.line(number).fault.stuckAt = 0;
    await assert.rejects(
      lines.openOutput(power, { initial: true }),
      /LINE_READBACK: .*driven to 1 and reads back 0/,
    );
    const line = await lines.openOutput(power, { initial: false });
    await assert.rejects(line.write(true), /LINE_READBACK: .*driven to 1 and reads back 0/);
  },
);

onoffTest(
  'an edge that a killed process left behind does not keep a line from becoming an output',
  async (lines, fake) => {
    await (await lines.openInput(power)).close();
    writeFileSync(join(fake.sysfs, 'class/gpio/gpio529/edge'), 'both\n');
    const line = await lines.openOutput(power, { initial: true });
    assert.equal(await line.read(), true);
  },
);

onoffTest('a busy line names its holder, or how to find it', async (lines, fake) => {
  fake.line(number).fault.errno = 'EBUSY';
  await assert.rejects(
    lines.openInput(power),
    /LINE_BUSY: .*`sudo cat .*\/kernel\/debug\/gpio` names its holder/,
  );
  mkdirSync(join(fake.sysfs, 'kernel/debug'), { recursive: true });
  writeFileSync(join(fake.sysfs, 'kernel/debug/gpio'), ' gpio-529 (GPIO17 |spi0 CS1 ) out hi\n');
  await assert.rejects(lines.openInput(power), /LINE_BUSY: .*it is held by 'spi0 CS1'/);
});

onoffTest('a line without permission says so', async (lines, fake) => {
  fake.line(number).fault.errno = 'EACCES';
  await assert.rejects(
    lines.openInput(power),
    /LINE_PERMISSION: pinctrl-bcm2711\/17 \(gpio 529\): opening it failed/,
  );
});

void test('an input of a chip without interrupts is looked at instead, also after a look that failed', async () => {
  const fake = await fakeSysfs([pi], { interrupts: false });
  const lines = await openOnoffLines(fake);
  try {
    const input = await lines.openInput(power);
    const heard = listen<boolean>();
    await input.watch(heard.hear);
    fake.drive(number, 1);
    await heard.until((all) => all.at(-1) === true);
    fake.drive(number, 0);
    await heard.until((all) => all.at(-1) === false);
    let failedLooks = 0;
    fake.line(number).fault = {
      get errno() {
        failedLooks += 1;
        return 'EIO';
      },
    };
    await pollUntil(async () => (failedLooks >= 2 ? true : undefined), {
      intervalMs: 5,
      timeoutMs: 5000,
      onTimeout: () => new Error('it is looked at no more'),
    });
    fake.line(number).fault = {};
    fake.drive(number, 1);
    await heard.until((all) => all.at(-1) === true);
    assert.deepEqual(heard.all, [true, false, true]);
  } finally {
    await lines.close();
    await fake.close();
  }
});

void test('a kernel without sysfs GPIO is named as what is missing', async () => {
  const fake = await fakeSysfs([]);
  try {
    const lines = await openOnoffLines({ ...fake, sysfs: '/nowhere' });
    await assert.rejects(lines.openInput(power), /GPIO_BACKEND_MISSING: there is no \/nowhere\/class\/gpio/);
  } finally {
    await fake.close();
  }
});

void test('an onoff whose native part is not built is answered with what to install', async () => {
  const load = async () => Promise.reject(new Error('Could not locate the bindings file. Tried:\n → …'));
  await assert.rejects(
    openOnoffLines({ load }),
    /^RigError: GPIO_BACKEND_MISSING: onoff could not be loaded \(Could not locate the bindings file.*build-essential/,
  );
});

void test('the real onoff is loaded where it is built, and missed where it is not', async (t) => {
  const isBuilt = canLoad('onoff');
  t.diagnostic(isBuilt ? 'onoff is built on this host' : 'onoff is not built on this host');
  if (!isBuilt) return assert.rejects(openBackend({ kind: 'onoff' }), /GPIO_BACKEND_MISSING/);
  const lines = await openBackend({ kind: 'onoff' });
  assert.equal(lines.name, 'onoff');
  await lines.close();
});

function canLoad(name: string): boolean {
  try {
    createRequire(import.meta.url)(name);
    return true;
  } catch {
    return false;
  }
}

function onoffTest(behaviour: string, body: (lines: LineBackend, fake: FakeSysfs) => Promise<void>): void {
  void test(behaviour, { timeout: 20_000 }, async () => {
    const fake = await fakeSysfs([expander, pi]);
    const lines = await openOnoffLines(fake);
    try {
      await body(lines, fake);
    } finally {
      await lines.close();
      await fake.close();
    }
  });
}

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { openKernelLineBank } from '../../bench/kernel-lines.js';
import type { LineBank, LineUse } from '../../bench/lines.js';
import { fakeSimChips, type FakeSimChips } from './fake-sim-chips.js';

const pins = 'pins';
const uses: LineUse[] = [
  { address: { chip: pins, line: 0, activeLow: true }, use: 'slot1 power' },
  { address: { chip: pins, line: 1 }, use: 'slot1 boot' },
  { address: { chip: pins, line: 2, activeLow: true }, use: 'lid', idlesActive: true },
  { address: { chip: 'gpio-mockup-A', line: 3 }, use: 'slot1 lamp' },
];

describe("a bench that watches the kernel's lines", () => {
  let chips: FakeSimChips;
  const banks: LineBank[] = [];
  const open = (lines = uses, log: string[] = []) => {
    const bank = openKernelLineBank(lines, (text) => log.push(text), chips.root);
    banks.push(bank);
    return bank;
  };
  before(async () => (chips = await fakeSimChips()));
  afterEach(async () => {
    for (const bank of banks.splice(0)) bank.close();
    for (const line of [0, 1, 2, 3]) await chips.setLevel('sim', line, 0);
    await chips.setOutputs([]);
  });
  after(() => chips.remove());

  /** Resolves with the level that the watcher is told of next. */
  const nextLevel = (bank: LineBank, chip: string, line: number) =>
    new Promise<number>((resolve) => {
      // Its timer alone keeps no process alive.
      const alive = setInterval(() => undefined, 1000);
      const stop = bank.watch(chip, line, (level) => {
        stop();
        clearInterval(alive);
        resolve(level);
      });
    });

  it('is the pull resistor of every line, so that nothing is active that nobody drives', async () => {
    open();
    assert.deepEqual(await Promise.all([0, 1, 2].map((line) => chips.pullOf(line))), [
      'pull-up',
      'pull-down',
      'pull-down',
    ]);
  });

  it('reports a change of level on either kind of chip, and logs it', async () => {
    const log: string[] = [];
    const bank = open(uses, log);
    const boot = nextLevel(bank, pins, 1);
    await chips.setLevel('sim', 1, 1);
    assert.equal(await boot, 1);
    const lamp = nextLevel(bank, 'gpio-mockup-A', 3);
    await chips.setLevel('mockup', 3, 1);
    assert.equal(await lamp, 1);
    assert.deepEqual(log, [
      'line pins/1 (slot1 boot) 0 -> 1, active',
      'line gpio-mockup-A/3 (slot1 lamp) 0 -> 1, active',
    ]);
  });

  it('knows all new levels before it tells anybody of one', async () => {
    const bank = open();
    const power = nextLevel(bank, pins, 0);
    await chips.setLevel('sim', 1, 1);
    await chips.setLevel('sim', 0, 1);
    await power;
    assert.equal(bank.isActive({ chip: pins, line: 1 }), true);
    assert.equal(bank.isActive({ chip: pins, line: 0, activeLow: true }), false);
  });

  it('asks the kernel which lines are outputs', async () => {
    const bank = open();
    await chips.setOutputs([512, 603]);
    assert.deepEqual(
      bank.report().map(({ use, direction, active }) => [use, direction, active]),
      [
        ['slot1 power', 'out', true],
        ['slot1 boot', 'in', false],
        ['lid', 'in', true],
        ['slot1 lamp', 'out', false],
      ],
    );
    assert.deepEqual(bank.read(pins, 0), { level: 0, direction: 'out' });
  });

  it('drives inputs from outside and nothing else', async () => {
    const bank = open();
    bank.drive(pins, 2, 1);
    assert.equal(await chips.pullOf(2), 'pull-up');
    await chips.setOutputs([512]);
    assert.throws(
      () => bank.drive(pins, 0, 0),
      /LINE_BUSY: pins\/0 \(slot1 power\) is an output of the host/,
    );
    assert.throws(() => bank.output(pins, 0, 0), /LINE_BUSY: pins\/0 .* only watches it/);
    assert.throws(() => bank.write(pins, 0, 0), /LINE_BUSY/);
  });

  it('refuses a chip that the kernel does not simulate, naming those that it does', () => {
    const on = (chip: string, line = 0) => open([{ address: { chip, line }, use: 'slot1 power' }]);
    assert.throws(
      () => on('expander'),
      /LINE_NOT_FOUND: no chip is labelled 'expander'.*'pins', 'gpio-mockup-A'/,
    );
    assert.throws(
      () => on('0-0020'),
      /LINE_NOT_FOUND: no chip is labelled '0-0020'.*gpio-sim or gpio-mockup/,
    );
    assert.throws(() => on(pins, 4), /LINE_NOT_FOUND: chip 'pins' of this kernel has lines 0 to 3/);
  });

  it('says what it needs where the kernel shows no chips at all', () => {
    assert.throws(
      () => openKernelLineBank(uses, () => undefined, '/nowhere'),
      /LINE_PERMISSION.*run as root/,
    );
  });
});

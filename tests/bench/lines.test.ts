import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLineBank, linesOf, type LineBank } from '../../bench/lines.js';
import { chip, slotWith } from './board-rig.js';

const [power, boot, lamp] = [0, 1, 9];

function makeBank(log: string[] = []): LineBank {
  const slot = { ...slotWith(), lamps: [{ chip: 'lamps', line: lamp }] };
  return createLineBank(linesOf({ slots: [slot] }), (text) => log.push(text));
}

describe('the virtual GPIO chips', () => {
  it('have the lines of the plan, all of them inputs at their inactive level', () => {
    assert.deepEqual(
      makeBank()
        .report()
        .map(({ chip: label, line, level, direction, active, use }) => [
          label,
          line,
          level,
          direction,
          active,
          use,
        ]),
      [
        [chip, 0, 1, 'in', false, 'slot1 power'],
        [chip, 1, 0, 'in', false, 'slot1 boot'],
        [chip, 2, 0, 'in', false, 'slot1 reset'],
        ['lamps', lamp, 0, 'in', false, 'slot1 lamp'],
      ],
    );
  });

  it('have no other chip and no other line', () => {
    assert.throws(
      () => makeBank().read('gpiochip0', 0),
      /^RigError: LINE_NOT_FOUND: no chip 'gpiochip0'.*bench-gpio, lamps$/,
    );
    assert.throws(
      () => makeBank().read(chip, 7),
      /LINE_NOT_FOUND: chip 'bench-gpio' of this bench has no line 7; it has 0, 1, 2$/,
    );
  });

  it('take direction and level in one step, and report the change once', () => {
    const bank = makeBank();
    const edges: number[] = [];
    bank.watch(chip, power, (level) => edges.push(level));
    bank.output(chip, power, 0);
    bank.output(chip, power, 0);
    assert.deepEqual(bank.read(chip, power), { level: 0, direction: 'out' });
    assert.deepEqual(edges, [0]);
  });

  it('know what is active', () => {
    const bank = makeBank();
    bank.output(chip, power, 0);
    bank.output(chip, boot, 0);
    assert.equal(bank.isActive({ chip, line: power, activeLow: true }), true);
    assert.equal(bank.isActive({ chip, line: boot }), false);
  });

  it('refuse a write to an input, which would change nothing', () => {
    assert.throws(() => makeBank().write(chip, boot, 1), /LINE_READBACK: bench-gpio\/1 is an input/);
  });

  it('report no more once a watch has ended', () => {
    const bank = makeBank();
    const edges: number[] = [];
    const stop = bank.watch(chip, boot, (level) => edges.push(level));
    stop();
    bank.output(chip, boot, 1);
    assert.deepEqual(edges, []);
  });

  it('log every transition with what hangs on the line', () => {
    const log: string[] = [];
    const bank = makeBank(log);
    bank.output(chip, power, 0);
    bank.write(chip, power, 0);
    bank.write(chip, power, 1);
    assert.deepEqual(log, [
      'line bench-gpio/0 (slot1 power) in 1 -> out 0, active',
      'line bench-gpio/0 (slot1 power) out 0 -> out 1, inactive',
    ]);
  });

  it('are driven from outside while they are inputs, and tell watchers', () => {
    const bank = makeBank();
    const edges: number[] = [];
    bank.watch(chip, boot, (level) => edges.push(level));
    bank.drive(chip, boot, 1);
    bank.drive(chip, boot, 1);
    assert.deepEqual(bank.read(chip, boot), { level: 1, direction: 'in' });
    assert.deepEqual(edges, [1]);
  });

  it('refuse to be driven from outside while the host drives them', () => {
    const bank = makeBank();
    bank.output(chip, power, 0);
    assert.throws(
      () => bank.drive(chip, power, 1),
      /LINE_BUSY: bench-gpio\/0 \(slot1 power\) is an output of the host, level 0/,
    );
    assert.deepEqual(bank.read(chip, power), { level: 0, direction: 'out' });
  });

  it('of the operator lie as at an unattended station: lid closed, nothing pressed', () => {
    const operator = {
      lid: { chip, line: 20, activeLow: true },
      emergencyStop: { chip, line: 21, activeLow: true },
      start: { chip, line: 22 },
      buzzer: { chip, line: 23 },
    };
    const bank = createLineBank(linesOf({ slots: [], operator }), () => undefined);
    assert.deepEqual(
      bank.report().map(({ use, level, active }) => [use, level, active]),
      [
        ['lid', 0, true],
        ['emergencyStop', 1, false],
        ['start', 0, false],
        ['buzzer', 0, false],
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { paintFor, plainPaint } from '../../reports/colours.js';
import { createGrid, type Grid } from '../../reports/grid-state.js';
import { gridLines } from '../../reports/grid-view.js';
import { createPlainLines } from '../../reports/plain-lines.js';
import { createScreen } from '../../reports/screen.js';
import type { RunEvent } from '../../core/run-event.js';
import { device } from '../fixtures/sample.js';

const slot1 = { station: 'station1', slot: 'slot1' };
const view = { paint: plainPaint, columns: 80, lines: 23, elapsedSeconds: 12.34 };

function gridOf(events: RunEvent[], slots = ['slot1', 'slot2']): Grid {
  const grid = createGrid();
  for (const slot of slots) grid.add('station1', slot);
  events.forEach((event, index) => grid.apply(event, index * 500));
  return grid;
}

const flashing = (doneBytes: number): RunEvent => ({
  ...slot1,
  type: 'progress',
  doneBytes,
  totalBytes: 1_000_000,
});
const lease: RunEvent = { ...slot1, type: 'lease', attempt: 1 };
const flash: RunEvent = { ...slot1, type: 'step', step: 'flash', state: 'begin' };

describe('the grid', () => {
  test('shows step, bar, percentage and rate while a board is flashed', () => {
    const grid = gridOf([lease, flash, flashing(0), flashing(50_000), flashing(100_000), flashing(500_000)]);
    assert.deepEqual(gridLines(grid.rows, view), [
      '  ▸ slot1  flash     ██████████░░░░░░░░░░  50 %  333 KB/s',
      '  · slot2  waiting',
      '  0/2 done  1 running  12.3s',
    ]);
  });

  test('gives the rate over the last two seconds, and none after a restart of the transfer', () => {
    const slow = Array.from({ length: 10 }, (_, index) => flashing(index * 1000));
    const grid = gridOf([lease, flash, ...slow, flashing(509_000), flashing(1_009_000)]);
    assert.equal(grid.rows[0]?.progress?.rate, 501_000);
    grid.apply(flashing(0), 7000);
    assert.equal(grid.rows[0]?.progress?.rate, undefined);
  });

  test('shows the last measurement of a step, then what came of the unit', () => {
    const measurement = { name: 'wifi_rssi', value: -48, unit: 'dBm', result: 'pass' as const, step: 'wifi' };
    const grid = gridOf([
      lease,
      { ...slot1, type: 'device', device },
      { ...slot1, type: 'step', step: 'wifi', state: 'begin' },
      { ...slot1, type: 'measurement', measurement },
    ]);
    assert.equal(gridLines(grid.rows, view)[0], '  ▸ slot1  wifi      wifi_rssi -48 dBm');
    grid.apply({ ...slot1, type: 'outcome', outcome: 'pass', seconds: 14.04 }, 9000);
    assert.equal(gridLines(grid.rows, view)[0], '  ✓ slot1  passed     14.0s  24:6f:28:00:00:01');
    grid.apply({ ...slot1, type: 'lease', attempt: 2 }, 9500);
    assert.equal(gridLines(grid.rows, view)[0], '  ▸ slot1  starting  attempt 2');
  });

  test('shows what a slot waits for, and that its power was cut', () => {
    const grid = gridOf([{ ...slot1, type: 'waits', what: 'close the lid' }]);
    assert.equal(gridLines(grid.rows, view)[0], '  · slot1  waits: close the lid');
    grid.apply(lease, 1000);
    grid.apply({ ...slot1, type: 'cut', code: 'LID_OPENED', what: 'the lid was opened' }, 2000);
    assert.equal(gridLines(grid.rows, view)[0], '  ▸ slot1  power cut: LID_OPENED');
  });

  test('counts each outcome', () => {
    const outcomes = ['pass', 'fail', 'error', 'aborted'] as const;
    const events = outcomes.map((outcome, index): RunEvent => ({
      station: 'station1',
      slot: `slot${index + 1}`,
      type: 'outcome',
      outcome,
      code: 'PORT_LOST',
      message: 'gone\nfor good',
      seconds: 1,
    }));
    const lines = gridLines(gridOf(events).rows, view);
    assert.equal(lines.at(-1), '  4/4 done  1 passed  1 failed  1 error  1 aborted  12.3s');
    assert.equal(lines[1], '  ✗ slot2  PORT_LOST: gone for good');
  });

  test('is never wider than the terminal, with colours too', () => {
    const message = 'a message that is much longer than any terminal that a station has '.repeat(3);
    const grid = gridOf([
      { ...slot1, type: 'outcome', outcome: 'fail', code: 'CHECK_LIMIT', message, seconds: 1 },
    ]);
    const paint = paintFor({ isTTY: true }, {});
    for (const columns of [20, 40, 80, 200]) {
      const lines = gridLines(grid.rows, { ...view, paint, columns });
      assert.ok(lines.some((line) => line.includes('\x1b[31m')));
      for (const line of lines) assert.ok(stripVTControlCharacters(line).length < columns, line);
    }
  });

  test('names the station only when there are several', () => {
    const grid = gridOf([]);
    grid.add('station2', 'slot1');
    assert.equal(gridLines(grid.rows, view)[2], '  · station2 slot1  waiting');
  });

  test('keeps what runs and what failed when the terminal is too low, and says how many are missing', () => {
    const slots = Array.from({ length: 12 }, (_, index) => `slot${index + 1}`);
    const grid = gridOf([], slots);
    grid.apply({ station: 'station1', slot: 'slot11', type: 'lease', attempt: 1 }, 0);
    grid.apply({ station: 'station1', slot: 'slot4', type: 'outcome', outcome: 'fail', seconds: 1 }, 0);
    const lines = gridLines(grid.rows, { ...view, lines: 5 });
    assert.equal(lines.length, 5);
    assert.match(lines.join('\n'), /slot4[^]*slot11[^]*… 9 more slots/);
  });
});

describe('colours', () => {
  test('are for terminals, unless NO_COLOR or FORCE_COLOR say otherwise', () => {
    const painted = (isTTY: boolean, env: NodeJS.ProcessEnv) => paintFor({ isTTY }, env)('red', 'x') !== 'x';
    assert.equal(painted(true, {}), true);
    assert.equal(painted(true, { NO_COLOR: '1' }), false);
    assert.equal(painted(false, {}), false);
    assert.equal(painted(false, { FORCE_COLOR: '1' }), true);
    assert.equal(painted(true, { FORCE_COLOR: '0' }), true);
  });
});

describe('the screen', () => {
  const terminal = () => {
    const writes: string[] = [];
    return { columns: 20, writes, write: (text: string) => writes.push(text) };
  };

  test('draws over its own lines, in one write a frame', () => {
    const out = terminal();
    const screen = createScreen(out);
    screen.draw(['one', 'two']);
    screen.draw(['three', 'four']);
    assert.equal(out.writes.length, 2);
    assert.ok(!out.writes[0]?.includes('A\r'));
    assert.match(out.writes[1] ?? '', /\x1b\[2A\rthree\x1b\[K\nfour\x1b\[K\n/);
  });

  test('puts other text above its lines', () => {
    const out = terminal();
    const screen = createScreen(out);
    screen.draw(['one']);
    screen.print('said');
    assert.match(out.writes[1] ?? '', /\x1b\[1A\r\x1b\[Jsaid\none\x1b\[K\n/);
  });

  test('finds its first line when the window became narrower', () => {
    const out = terminal();
    const screen = createScreen(out);
    screen.draw(['0123456789']);
    out.columns = 4;
    screen.draw(['0123']);
    assert.match(out.writes[1] ?? '', /\x1b\[3A\r/);
  });
});

describe('plain lines', () => {
  test('say each state once, progress never, and of the steps those that failed or took their time', () => {
    const grid = createGrid();
    const toLine = createPlainLines();
    const events: RunEvent[] = [
      lease,
      { ...slot1, type: 'step', step: 'detect', state: 'begin' },
      { ...slot1, type: 'device', device: { ...device, description: 'ESP32' } },
      { ...slot1, type: 'step', step: 'inner', state: 'begin' },
      { ...slot1, type: 'step', step: 'inner', state: 'end', result: 'pass' },
      { ...slot1, type: 'step', step: 'detect', state: 'end', result: 'pass' },
      { ...slot1, type: 'step', step: 'short', state: 'begin' },
      { ...slot1, type: 'step', step: 'short', state: 'end', result: 'pass' },
      flash,
      { ...slot1, type: 'step', step: 'flash', state: 'end', result: 'fail' },
      flashing(1000),
      flashing(2000),
      { ...slot1, type: 'outcome', outcome: 'fail', code: 'FLASH_STALLED', message: 'silent', seconds: 5 },
      { ...slot1, type: 'lease', attempt: 2 },
    ];
    const lines = events.flatMap((event, index) => {
      const row = grid.apply(event, index * 1000);
      return toLine(event, row, 'slot1', index * 1000) ?? [];
    });
    assert.deepEqual(lines, [
      'slot1  starts',
      'slot1  is 24:6f:28:00:00:01 (ESP32)',
      'slot1  detect passed (4.0s)',
      'slot1  flash failed (1.0s)',
      'slot1  FAIL FLASH_STALLED: silent (5.0s)',
      'slot1  starts attempt 2',
    ]);
  });

  test('say once for all slots what their station waits for and what has cut its power', () => {
    const grid = createGrid();
    const toLine = createPlainLines();
    const at = (slot: string) => ({ station: 'station1', slot });
    const waits = (slot: string, what: string): RunEvent => ({ ...at(slot), type: 'waits', what });
    const cut = (slot: string): RunEvent => ({
      ...at(slot),
      type: 'cut',
      code: 'LID_OPENED',
      what: 'it was opened',
    });
    const events = [
      waits('slot1', 'close the lid'),
      waits('slot2', 'close the lid'),
      waits('slot1', 'press start'),
      waits('slot2', 'press start'),
      lease,
      cut('slot1'),
      cut('slot2'),
    ];
    const lines = events.flatMap((event) => toLine(event, grid.apply(event, 0), event.slot, 0) ?? []);
    assert.deepEqual(lines, [
      'station1  waits: close the lid',
      'station1  waits: press start',
      'slot1  starts',
      'station1  POWER CUT LID_OPENED: it was opened',
    ]);
  });
});

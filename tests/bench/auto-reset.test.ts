import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAutoReset, enableDelayMs } from '../../bench/auto-reset.js';

/** The circuit on a clock that the test turns; a sequence is `D1 R0` and waits in milliseconds. */
function play(sequence: string): string[] {
  let nowMs = 0;
  let pending: { dueMs: number; run: () => void } | undefined;
  const seen: string[] = [];
  const circuit = createAutoReset(
    { onHold: () => seen.push('hold'), onRelease: (mode) => seen.push(mode) },
    (run, ms) => {
      pending = { dueMs: nowMs + ms, run };
      return () => (pending = undefined);
    },
  );
  const lines = { dtr: false, rts: false };
  for (const step of sequence.split(' ')) {
    if (step.startsWith('D')) lines.dtr = step === 'D1';
    else if (step.startsWith('R')) lines.rts = step === 'R1';
    else {
      nowMs += Number(step);
      const due = pending;
      if (due && due.dueMs <= nowMs) {
        pending = undefined;
        due.run();
      }
      continue;
    }
    circuit.set(lines);
  }
  circuit.close();
  return seen;
}

test('the classic sequence leads into the loader, with lines set together or one by one', () => {
  assert.deepEqual(play('D0 R1 100 D1 R0 50 D0 500'), ['hold', 'download']);
  assert.deepEqual(play('D0 R1 100 R0 D1 50 D0 500'), ['hold', 'download']);
});

test('over RFC 2217, where DTR comes 50 ms before RTS goes, the capacitor still lets the strap be seen', () => {
  assert.deepEqual(play('D0 R1 100 D1 50 R0 50 D0 500'), ['hold', 'download']);
});

test('a strap that comes after the capacitor is charged has no effect', () => {
  assert.deepEqual(play(`D0 R1 100 D1 ${enableDelayMs} R0 50 D0 500`), ['hold', 'run']);
});

test('a pulse on RTS alone restarts the application', () => {
  assert.deepEqual(play('R1 100 R0 500'), ['hold', 'run']);
});

test('both lines asserted, as terminal programs leave them, do nothing', () => {
  assert.deepEqual(play('D1 R1 500 R0 500 R1 D0 500 R0 500'), ['hold', 'run']);
  assert.deepEqual(play('D1 R1 500'), []);
});

test('a second reset before the strap was sampled counts, the first does not', () => {
  assert.deepEqual(play('R1 100 R0 50 R1 100 R0 500'), ['hold', 'hold', 'run']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGates } from '../../../batch/units/gates.js';
import type { UnitResult } from '../../../batch/units/unit-result.js';
import type { Gate } from '../../../rigs/batch/types.js';

const pass = (unit: number, changes: Partial<UnitResult> = {}): UnitResult => ({
  unit,
  outcome: 'pass',
  verifiedBy: 'digest',
  flashSeconds: 10,
  seconds: 20,
  ...changes,
});
const fail = (unit: number, code = 'CHECK_LIMIT'): UnitResult => ({
  unit,
  outcome: 'fail',
  code,
  seconds: 20,
});

/** The numbers of the results at which the gate was told, and why. */
function toldAt(gate: Gate, results: readonly UnitResult[]) {
  const gates = createGates([gate]);
  return results.flatMap((result, index) => gates.note(result).map(({ why }) => ({ at: index + 1, why })));
}

test('a success rate is judged from its minimum count on, and told once', () => {
  const gate: Gate = { kind: 'minSuccessRate', percent: 80, afterUnits: 4, then: 'stop' };
  const told = toldAt(gate, [fail(1), pass(2), pass(3), pass(4), fail(5), fail(6)]);
  assert.deepEqual(told, [{ at: 4, why: '3 of 4 units passed (75 %), at least 80 % must' }]);
});

test('a failure rate that is reached exactly is allowed', () => {
  const gate: Gate = { kind: 'maxFailureRate', percent: 20, afterUnits: 5, then: 'pause' };
  assert.deepEqual(toldAt(gate, [fail(1), pass(2), pass(3), pass(4), pass(5)]), []);
  assert.equal(toldAt(gate, [fail(1), fail(2), pass(3), pass(4), pass(5)])[0]?.at, 5);
});

test('failures in a row are counted over units of any slot, and a pass between them ends the row', () => {
  const gate: Gate = { kind: 'consecutiveFailures', count: 3, then: 'stop' };
  const told = toldAt(gate, [fail(1), fail(2), pass(3), fail(4), fail(5), fail(6, 'DUT_SILENT')]);
  assert.deepEqual(told, [
    {
      at: 6,
      why: '3 units in a row did not pass: unit 4 (CHECK_LIMIT), unit 5 (CHECK_LIMIT), unit 6 (DUT_SILENT)',
    },
  ]);
});

test('the first articles must all pass; what comes after them does not count', () => {
  const gate: Gate = { kind: 'firstArticle', count: 2, then: 'stop' };
  assert.deepEqual(toldAt(gate, [pass(1), pass(2), fail(3)]), []);
  assert.equal(toldAt(gate, [pass(1), fail(2)])[0]?.at, 2);
});

test('the same code in too many of the last units is told, other codes between them do not hide it', () => {
  const gate: Gate = { kind: 'sameCode', count: 3, within: 4, then: 'warn' };
  const told = toldAt(gate, [fail(1), fail(2, 'DUT_SILENT'), fail(3), pass(4), fail(5), fail(6)]);
  assert.deepEqual(told, [{ at: 6, why: '3 of the last 4 units ended with CHECK_LIMIT' }]);
});

test('a pass on the device’s own word misses the verification gate', () => {
  const gate: Gate = { kind: 'verificationRequired', then: 'stop' };
  assert.deepEqual(toldAt(gate, [pass(1), pass(2, { verifiedBy: 'read-back' }), fail(3)]), []);
  const told = toldAt(gate, [pass(1), pass(2, { verifiedBy: 'device' })]);
  assert.deepEqual(told, [{ at: 2, why: 'passed without a digest or reading back: unit 2 (device)' }]);
});

test('times are judged on both sides', () => {
  const gate: Gate = { kind: 'flashSeconds', min: 5, max: 12, then: 'warn' };
  assert.equal(toldAt(gate, [pass(1), pass(2, { flashSeconds: 4.9 })])[0]?.at, 2);
  assert.equal(toldAt(gate, [pass(1, { flashSeconds: 12.1 })])[0]?.at, 1);
  assert.deepEqual(toldAt({ kind: 'unitSeconds', max: 20, then: 'warn' }, [pass(1)]), []);
});

test('results of runs before count, and what they missed is not told again', () => {
  const gate: Gate = { kind: 'maxFailureRate', percent: 50, afterUnits: 2, then: 'pause' };
  const gates = createGates([gate], [fail(1), fail(2)]);
  assert.deepEqual(gates.note(fail(3)), []);
  assert.equal(gates.missed().length, 1);
});

test('a unit that passed at a later attempt counts as passed in the verdict', () => {
  const gate: Gate = { kind: 'minSuccessRate', percent: 100, afterUnits: 10, then: 'stop' };
  const gates = createGates([gate]);
  gates.note(fail(1));
  assert.equal(gates.missed().length, 1);
  gates.note(pass(1));
  assert.deepEqual(gates.missed(), []);
});

test('after a row of failures was told, the next such row is told again', () => {
  const gate: Gate = { kind: 'consecutiveFailures', count: 2, then: 'pause' };
  const results = [fail(1), fail(2), fail(3), fail(4), pass(5), fail(6), fail(7)];
  assert.deepEqual(
    toldAt(gate, results).map(({ at }) => at),
    [2, 4, 7],
  );
  const resumed = createGates([gate], [fail(1), fail(2)]);
  assert.deepEqual(resumed.note(fail(3)), []);
  assert.equal(resumed.note(fail(4)).length, 1);
});

test('a rate that recovered and falls again is told again', () => {
  const gate: Gate = { kind: 'minSuccessRate', percent: 50, afterUnits: 1, then: 'pause' };
  const told = toldAt(gate, [fail(1), pass(2), fail(3), fail(4), pass(5)]);
  assert.deepEqual(
    told.map(({ at }) => at),
    [1, 3],
  );
});

test('each unit that misses a gate about single units is told', () => {
  const gate: Gate = { kind: 'verificationRequired', then: 'warn' };
  const told = toldAt(gate, [pass(1, { verifiedBy: 'device' }), pass(2), pass(3, { verifiedBy: 'device' })]);
  assert.deepEqual(
    told.map(({ at }) => at),
    [1, 3],
  );
});

test('a unit that is tried again is one unit of its row, and one first article', () => {
  const results = [fail(1), fail(1), pass(1), pass(2), fail(3), fail(3)];
  const gates = createGates(
    [
      { kind: 'firstArticle', count: 2, then: 'stop' },
      { kind: 'consecutiveFailures', count: 2, then: 'stop' },
      { kind: 'sameCode', count: 2, within: 5, then: 'stop' },
    ],
    results,
  );
  assert.deepEqual(gates.missed(), []);
});

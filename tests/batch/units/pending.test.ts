import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalEntry } from '../../../batch/journal/journal-entries.js';
import { emptyState, noteEntry, type BatchState } from '../../../batch/units/batch-state.js';
import { numbersOf, pendingUnits, rangesText } from '../../../batch/units/pending.js';
import { batchOf, headerOf, recordOf } from './batch-of.js';

function stateOf(...lines: [JournalEntry['type'], object][]): BatchState {
  const state = emptyState();
  for (const [type, data] of lines)
    noteEntry(state, { seq: 1, prev: '', at: '', type, data } as JournalEntry);
  return state;
}

const lost = { code: 'WORKER_LOST', blame: 'rig', category: 'other', message: '', step: '' } as const;

test('a resume does what has no result: never begun, in hand, aborted, and what lost its worker', () => {
  const state = stateOf(
    ['attempt-start', headerOf(1)],
    ['attempt', recordOf(1, 'pass')],
    ['attempt-start', headerOf(2)],
    ['attempt', recordOf(2, 'fail')],
    ['attempt-start', headerOf(3)],
    ['attempt', recordOf(3, 'aborted')],
    ['attempt-start', headerOf(4)],
    ['attempt', recordOf(4, 'error', { failure: lost })],
    ['attempt-start', headerOf(5)],
  );
  assert.deepEqual(pendingUnits(batchOf(6), state, { mode: 'auto' }), { units: [3, 4, 5, 6], inHand: [5] });
  assert.deepEqual(pendingUnits(batchOf(6), state, { mode: 'retry' }).units, [2, 3, 4, 5, 6]);
});

test('a unit that was tried again when the run died is done again, although it has a result', () => {
  const state = stateOf(
    ['attempt-start', headerOf(1)],
    ['attempt', recordOf(1, 'fail')],
    ['attempt-start', headerOf(1, { attemptId: 'run2/bench1/slot1/1' })],
  );
  assert.deepEqual(pendingUnits(batchOf(1), state, { mode: 'auto' }).units, [1]);
});

test('a unit whose board was given back what it held is done again only when that is asked for', () => {
  const state = stateOf(
    ['attempt-start', headerOf(1)],
    ['attempt', recordOf(1, 'pass')],
    ['attempt-start', headerOf(1, { programme: 'rollback' })],
    ['attempt', recordOf(1, 'pass', { proof: 'backup', flashState: 'restored' })],
  );
  assert.deepEqual(pendingUnits(batchOf(1), state, { mode: 'auto' }).units, []);
  assert.deepEqual(pendingUnits(batchOf(1), state, { mode: 'retry' }).units, [1]);
});

test('a run may begin at a unit or at a wave, and keeps to the range of the batch', () => {
  const state = stateOf(
    ['wave', { wave: 1, state: 'begin' }],
    ['attempt-start', headerOf(1, { wave: 1 })],
    ['attempt', recordOf(1, 'aborted')],
    ['attempt-start', headerOf(2, { wave: 2 })],
    ['attempt', recordOf(2, 'aborted')],
  );
  const batch = batchOf(6);
  assert.deepEqual(pendingUnits(batch, state, { mode: 'auto', fromUnit: 5 }).units, [5, 6]);
  assert.deepEqual(pendingUnits(batch, state, { mode: 'auto', fromWave: 2 }).units, [2, 3, 4, 5, 6]);
  const range = { ...batch, range: { from: 2, to: 3 } };
  assert.deepEqual(pendingUnits(range, state, { mode: 'auto' }).units, [2, 3]);
});

test('units that the batch refuses are never to be done', () => {
  const batch = batchOf(2);
  const units = batch.units.map((unit) => ({
    ...unit,
    ...(unit.number === 1 && { refused: { code: 'WRONG_CHIP', why: '' } }),
  }));
  assert.deepEqual(pendingUnits({ ...batch, units }, emptyState(), { mode: 'new' }).units, [2]);
});

test('numbers survive being written as ranges', () => {
  assert.equal(rangesText([1, 2, 3, 7, 9, 10]), '1-3,7,9-10');
  for (const numbers of [[], [4], [1, 3, 5], Array.from({ length: 10_000 }, (_, index) => index + 1)])
    assert.deepEqual(numbersOf(rangesText(numbers)), numbers);
});

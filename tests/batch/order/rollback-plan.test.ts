import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rollbackDue } from '../../../batch/order/rollback-plan.js';
import { headerOf, recordOf } from '../units/batch-of.js';
import { stateOf, type Line } from '../units/journal-of.js';

const backup = { folder: 'backups/1', sizeBytes: 1, sha256: '', isBlank: false };
const missed = { state: 'end', successRate: 50, verdict: 'missed', rollback: true } as const;
const firstWave: readonly Line[] = [
  ['wave', { wave: 1, state: 'begin' }],
  ['attempt-start', headerOf(1, { wave: 1 })],
  ['attempt', recordOf(1, 'fail', { wave: 1, backup })],
  ['wave', { wave: 1, units: [1], ...missed }],
];

test('the boards of a wave that missed its threshold are to be given back what they held', () => {
  const due = rollbackDue(stateOf(...firstWave));
  assert.deepEqual(
    due?.units.map(({ unit }) => unit),
    [1],
  );
});

test('a unit that has passed in a later wave keeps what it got there', () => {
  const state = stateOf(
    ...firstWave,
    ['attempt', recordOf(1, 'pass', { wave: 1, proof: 'backup', flashState: 'restored' })],
    ['wave', { wave: 2, state: 'begin' }],
    ['attempt-start', headerOf(1, { wave: 2 })],
    ['attempt', recordOf(1, 'pass', { wave: 2, backup })],
    ['wave', { wave: 2, state: 'end', units: [1], successRate: 100, verdict: 'passed', rollback: false }],
  );
  assert.equal(state.units.get(1)?.result?.outcome, 'pass');
  assert.equal(rollbackDue(state), undefined);
});

test('a board is gone when another unit has begun in its slot, wherever that one went since', () => {
  const state = stateOf(
    ...firstWave,
    ['attempt-start', headerOf(2, { slot: 'slot1' })],
    ['attempt-start', headerOf(2, { slot: 'slot2' })],
  );
  const due = rollbackDue(state);
  assert.deepEqual(due?.units, []);
  assert.deepEqual(
    due.gone.map(({ unit }) => unit),
    [1],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBoards } from '../../../batch/units/boards.js';
import type { Turn } from '../../../batch/units/turn.js';
import { batchOf, headerOf, recordOf } from './batch-of.js';
import { stateOf } from './journal-of.js';

const deviceOf = (mac: string) => ({ chip: 'esp32', description: 'ESP32', mac });
const [first, second] = [deviceOf('24:6f:28:00:00:01'), deviceOf('24:6f:28:00:00:02')];
const refused = {
  failure: {
    code: 'UNIT_REPEATED',
    blame: 'operator',
    category: 'other',
    message: 'why',
    step: 'detect',
  },
} as const;

test('a board that failed and is shown again as the next unit stays the unit that it failed as, in every run', () => {
  const state = stateOf(
    ['attempt-start', headerOf(1)],
    ['attempt', recordOf(1, 'fail', { device: first })],
    ['attempt-start', headerOf(2)],
    ['attempt-device', { attemptId: headerOf(2).attemptId, device: first, proof: 'release' }],
    ['attempt', recordOf(2, 'aborted', { device: first, ...refused })],
  );
  assert.equal(state.units.get(2)?.board, undefined);
  const turn = turnOf(2);
  const boards = createBoards({ batch: batchOf(2), state, pending: [2], dispatcher: nothingToDo });
  assert.match(boards.objection(turn, first.mac) ?? '', /is unit 1 of this batch \(fail\)/);
  assert.throws(() => boards.claim(turn, first.mac), { code: 'UNIT_REPEATED' });
});

test('a board that a run had no time to refuse is not the next unit in the run after it', () => {
  const state = stateOf(
    ['attempt-start', headerOf(1)],
    ['attempt', recordOf(1, 'fail', { device: first })],
    ['attempt-start', headerOf(2)],
    ['attempt-device', { attemptId: headerOf(2).attemptId, device: first, proof: 'release' }],
  );
  const boards = createBoards({ batch: batchOf(2), state, pending: [2], dispatcher: nothingToDo });
  assert.throws(() => boards.claim(turnOf(2), first.mac), { code: 'UNIT_REPEATED' });
  assert.equal(boards.objection(turnOf(2), second.mac), undefined);
});

test('a unit that is to be tried again stays its own board when another one is refused', () => {
  const state = stateOf(
    ['attempt-start', headerOf(2)],
    ['attempt', recordOf(2, 'fail', { device: second })],
    ['attempt-start', headerOf(2)],
    ['attempt', recordOf(2, 'aborted', { device: first, ...refused })],
  );
  assert.equal(state.units.get(2)?.board, second.mac);
});

test('a unit whose board was given back what it held, and was half written since, is to be done', () => {
  const state = stateOf(
    ['attempt-start', headerOf(1)],
    ['attempt', recordOf(1, 'pass', { proof: 'backup', flashState: 'restored' })],
    ['attempt-start', headerOf(1)],
    ['attempt', recordOf(1, 'aborted', { flashState: 'unproved' })],
  );
  assert.equal(state.units.get(1)?.isRolledBack, false);
});

test('the backup of a unit is the one from before the first write to the board that it is', () => {
  const backup = (folder: string) => ({ folder, sizeBytes: 1, sha256: '', isBlank: false });
  const tried = (folder: string, device: typeof first) =>
    ['attempt', recordOf(1, 'fail', { device, backup: backup(folder) })] as const;
  const start = ['attempt-start', headerOf(1)] as const;
  const again = stateOf(start, tried('a', first), start, tried('b', first));
  assert.equal(again.units.get(1)?.backup, 'a');
  const other = stateOf(start, tried('a', first), start, tried('b', second));
  assert.equal(other.units.get(1)?.backup, 'b');
});

const nothingToDo = {
  isToDo: () => false,
  exchange: (): never => assert.fail('no turn is to be changed'),
};

function turnOf(number: number): Turn {
  return { unit: { number }, station: 'bench1', slot: 'slot1', wave: 1, attempt: 1, needsBoard: true };
}

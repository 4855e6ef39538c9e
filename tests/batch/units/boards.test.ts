import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBoards } from '../../../batch/units/boards.js';
import { emptyState, type BatchState } from '../../../batch/units/batch-state.js';
import type { Turn } from '../../../batch/units/turn.js';
import type { Batch } from '../../../rigs/batch/types.js';
import { batchOf } from './batch-of.js';

/** The boards of a batch in whose dispatcher the named units are under way. */
function boardsOf(
  batch: Batch,
  { state = emptyState(), pending = batch.units.map(({ number }) => number) } = {},
) {
  const toDo = new Set(pending);
  const boards = createBoards({
    batch,
    state,
    pending,
    dispatcher: {
      isToDo: (unit) => toDo.has(unit),
      exchange(turn, unit) {
        const other = batch.units[unit - 1];
        assert.ok(other);
        toDo.add(turn.unit.number).delete(unit);
        turn.unit = other;
        return other;
      },
    },
  });
  const turnOf = (unit: number): Turn => {
    toDo.delete(unit);
    const found = batch.units[unit - 1];
    assert.ok(found);
    return { unit: found, station: 'bench1', slot: `slot${unit}`, wave: 1, attempt: 1, needsBoard: true };
  };
  return { boards, turnOf, toDo };
}

function withBoard(unit: number, board: string, outcome?: 'pass' | 'fail'): BatchState {
  const state = emptyState();
  const result = outcome && { unit, outcome, seconds: 1 };
  state.units.set(unit, {
    unit,
    board,
    attempts: 1,
    isRolledBack: false,
    ...(result && { result }),
  });
  return state;
}

test('a board that is new to the batch is the unit whose turn it is', () => {
  const { boards, turnOf } = boardsOf(batchOf(2));
  const turn = turnOf(1);
  assert.equal(boards.objection(turn, '24:6F:28:00:00:01'), undefined);
  assert.equal(turn.unit.number, 1);
});

test('a board that has had its turn is not taken again, whatever the case of its id', () => {
  const { boards, turnOf } = boardsOf(batchOf(2), {
    state: withBoard(1, '24:6f:28:00:00:01', 'pass'),
    pending: [2],
  });
  assert.match(boards.objection(turnOf(2), '24:6F:28:00:00:01') ?? '', /is unit 1 of this batch \(pass\)/);
  assert.throws(() => boards.claim(turnOf(2), '24:6F:28:00:00:01'), { code: 'UNIT_REPEATED' });
});

test('the board of a unit that was in hand takes the turn for that unit', () => {
  const { boards, turnOf } = boardsOf(batchOf(3), { state: withBoard(3, '24:6f:28:00:00:03') });
  const turn = turnOf(1);
  assert.equal(boards.objection(turn, '24:6f:28:00:00:03'), undefined);
  assert.equal(turn.unit.number, 3);
});

test('an unknown board is never the unit that another board was judged as', () => {
  const { boards, turnOf } = boardsOf(batchOf(2), { state: withBoard(1, '24:6f:28:00:00:01', 'fail') });
  const turn = turnOf(1);
  assert.equal(boards.objection(turn, '24:6f:28:00:00:09'), undefined);
  assert.equal(turn.unit.number, 2);
  assert.throws(() => boards.claim(turnOf(1), '24:6f:28:00:00:08'), { code: 'UNIT_MISPLACED' });
});

test('a list with addresses says which board is which unit, in any order, and refuses others', () => {
  const units = [1, 2].map((number) => ({ number, mac: `24:6f:28:00:00:0${number}` }));
  const { boards, turnOf } = boardsOf(batchOf(2, { units }));
  const turn = turnOf(1);
  assert.equal(boards.objection(turn, '24:6f:28:00:00:02'), undefined);
  assert.equal(turn.unit.number, 2);
  assert.match(boards.objection(turnOf(1), '24:6f:28:00:00:07') ?? '', /not a board of this batch/);
  assert.throws(() => boards.claim(turnOf(1), '24:6f:28:00:00:07'), { code: 'UNIT_MISPLACED' });
});

test('a board whose unit lost its turn may have another', () => {
  const { boards, turnOf, toDo } = boardsOf(batchOf(2));
  const turn = turnOf(1);
  assert.equal(boards.objection(turn, '24:6f:28:00:00:01'), undefined);
  const next = turnOf(2);
  assert.match(boards.objection(next, '24:6f:28:00:00:01') ?? '', /unit 1/);
  toDo.add(1);
  assert.equal(boards.objection(next, '24:6f:28:00:00:01'), undefined);
  assert.equal(next.unit.number, 1);
});

test('an unknown board is a unit that has none yet, before one that was begun with another board and has no result', () => {
  const { boards, turnOf } = boardsOf(batchOf(2), { state: withBoard(1, '24:6f:28:00:00:01') });
  const turn = turnOf(1);
  assert.equal(boards.objection(turn, '24:6f:28:00:00:08'), undefined);
  assert.equal(turn.unit.number, 2);
  const next = turnOf(1);
  assert.equal(boards.objection(next, '24:6f:28:00:00:09'), undefined);
  assert.equal(next.unit.number, 1);
  boards.claim(next, '24:6f:28:00:00:09');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgePorts, type SlotAnswers } from '../../../batch/map/port-verdict.js';

/** A slot whose file says one port, and what answered. */
function seen(slot: string, written: string, answered?: string[], trouble?: string): SlotAnswers {
  return {
    slot,
    key: 'serial.path',
    written,
    ...(answered && { answered: answered.map((path) => ({ path, how: 'console' })) }),
    ...(trouble !== undefined && { trouble }),
  };
}

function statesOf(...answers: SlotAnswers[]): string[] {
  const { slots, state } = judgePorts(answers);
  return [state, ...slots.map((slot) => slot.state)];
}

test('a mapping is proved when each slot’s own port answered, and no other', () => {
  assert.deepEqual(statesOf(seen('a', '1', ['1']), seen('b', '2', ['2'])), [
    'proved',
    'as-written',
    'as-written',
  ]);
});

test('slots whose ports changed places are moved, each with the port that it has', () => {
  const { slots, state } = judgePorts([seen('a', '1', ['2']), seen('b', '2', ['1']), seen('c', '3', ['3'])]);
  assert.equal(state, 'differs');
  assert.deepEqual(
    slots.map(({ found, state }) => [found, state]),
    [
      ['2', 'moved'],
      ['1', 'moved'],
      ['3', 'as-written'],
    ],
  );
});

test('an empty nest is unknown and never guessed, also when one port is left over', () => {
  const { slots, state } = judgePorts([seen('a', '1', ['1']), seen('b', '2', [])]);
  assert.equal(state, 'unproved');
  assert.equal(slots[1]?.found, undefined);
  assert.match(slots[1]?.why ?? '', /nest is empty/);
  assert.equal(
    judgePorts([seen('b', '2', [], 'it has no power line')]).slots[0]?.why,
    'it has no power line',
  );
});

test('two ports for one slot, and one port for two slots, are conflicts', () => {
  assert.deepEqual(statesOf(seen('a', '1', ['1', '2'])), ['conflict', 'conflict']);
  const both = judgePorts([seen('a', '1', ['1']), seen('b', '2', ['1'])]);
  assert.deepEqual(
    both.slots.map(({ state, why }) => [state, why]),
    [
      ['conflict', '1 also answered for b'],
      ['conflict', '1 also answered for a'],
    ],
  );
});

test('what would leave one port in the file twice is a conflict', () => {
  assert.deepEqual(statesOf(seen('a', '1', ['2']), seen('b', '2', [])), ['conflict', 'moved', 'conflict']);
  const { slots } = judgePorts([seen('a', '1', ['2']), seen('b', '2')]);
  assert.match(slots[1]?.why ?? '', /answered for a; map it as well/);
});

test('slots that were not asked for say nothing about the mapping', () => {
  assert.deepEqual(statesOf(seen('a', '1', ['1']), seen('b', '2')), ['proved', 'as-written', 'not-asked']);
});

test('a port and a boot drive of one slot are judged apart', () => {
  const drive: SlotAnswers = {
    slot: 'b',
    key: 'bootDrive',
    written: '1',
    answered: [{ path: '1', how: 'x' }],
  };
  assert.deepEqual(statesOf(seen('a', '1', ['1']), drive), ['proved', 'as-written', 'as-written']);
});

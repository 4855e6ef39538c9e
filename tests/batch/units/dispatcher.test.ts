import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlEvent, GateEvent, WaveEvent } from '../../../core/batch-record.js';
import type { AttemptRecord } from '../../../core/record.js';
import { emptyState, noteEntry, type BatchState } from '../../../batch/units/batch-state.js';
import { createDispatcher } from '../../../batch/units/dispatcher.js';
import type { Turn } from '../../../batch/units/turn.js';
import type { JournalEntry } from '../../../batch/journal/journal-entries.js';
import type { Batch } from '../../../rigs/batch/types.js';
import { batchOf, headerOf, recordOf, stationOf } from './batch-of.js';

const never = new AbortController().signal;

/** A dispatcher with every unit of the batch asking in order, as tests that wait for a worker do not. */
function dispatch(batch: Batch, { state = emptyState(), pending = numbersOf(batch) } = {}) {
  const waves: WaveEvent[] = [];
  const gates: GateEvent[] = [];
  const controls: ControlEvent[] = [];
  const panels: string[] = [];
  let nowMs = 0;
  let memory = 0.5;
  const dispatcher = createDispatcher({
    batch,
    state,
    pending,
    onWave: (event) => waves.push(event),
    onGate: (event) => gates.push(event),
    onControl: (event) => controls.push(event),
    onPanelOut: (station) => panels.push(station),
    now: () => nowMs,
    memoryInUse: () => memory,
  });
  const begun: Turn[] = [];
  const refused: number[] = [];
  const ask = (unit: number) =>
    dispatcher.begin(unit, never).then(
      (turn) => begun.push(turn),
      () => refused.push(unit),
    );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    dispatcher,
    waves,
    gates,
    controls,
    panels,
    begun,
    refused,
    ask,
    askAll: async () => {
      for (const unit of pending) void ask(unit);
      await settle();
    },
    settle,
    units: () => begun.map(({ unit }) => unit.number),
    /** The attempt of the unit's newest turn ends. */
    async end(unit: number, outcome: AttemptRecord['outcome'], changes: Partial<AttemptRecord> = {}) {
      const turn = begun.findLast((each) => each.unit.number === unit);
      assert.ok(turn, `unit ${unit} has begun`);
      noteEntry(state, entryOf('attempt-start', headerOf(unit)));
      const record = recordOf(unit, outcome, { station: turn.station, slot: turn.slot, ...changes });
      noteEntry(state, entryOf('attempt', record));
      dispatcher.note(turn, record);
      dispatcher.left(turn);
      await settle();
    },
    later: (ms: number) => void (nowMs += ms),
    useMemory: (share: number) => void (memory = share),
  };
}

function numbersOf({ units }: Batch): number[] {
  return units.map(({ number }) => number);
}

function entryOf(type: 'attempt-start' | 'attempt', data: object): JournalEntry {
  return { seq: 1, prev: '', at: '2026-01-01T00:00:00.000Z', type, data } as JournalEntry;
}

test('as many units begin as there are slots, and the next takes the slot that comes free', async () => {
  const { askAll, units, begun, end } = dispatch(batchOf(4));
  await askAll();
  assert.deepEqual(units(), [1, 2]);
  await end(2, 'pass');
  assert.deepEqual(units(), [1, 2, 3]);
  assert.equal(begun[2]?.slot, 'slot2');
  assert.equal(begun[2]?.needsBoard, true);
});

test('no more units are under way than the batch allows', async () => {
  const { askAll, units, end } = dispatch(batchOf(4, { atOnce: 1 }, 4));
  await askAll();
  assert.deepEqual(units(), [1]);
  await end(1, 'pass');
  assert.deepEqual(units(), [1, 2]);
});

test('a panel is changed as a whole: nothing begins in a slot before its last board is out', async () => {
  const { askAll, units, end, panels } = dispatch(
    batchOf(4, { swap: { by: 'panel', detect: 'identity', everySeconds: 1 } }),
  );
  await askAll();
  await end(1, 'pass');
  assert.deepEqual(units(), [1, 2]);
  await end(2, 'pass');
  assert.deepEqual(units(), [1, 2, 3, 4]);
  assert.deepEqual(panels, ['bench1']);
});

test('units go to the station with the most free slots', async () => {
  const stations = [stationOf('bench1', 1), stationOf('bench2', 3)];
  const { askAll, begun } = dispatch(batchOf(3, { stations, atOnce: 3 }));
  await askAll();
  assert.deepEqual(
    begun.map(({ station }) => station),
    ['bench2', 'bench2', 'bench1'],
  );
});

test('25 units in waves of 10 make waves of 10, 10 and 5', async () => {
  const { askAll, units, end, waves } = dispatch(
    batchOf(25, { waves: { kind: 'fixed', size: 10, factor: 1 }, atOnce: 10 }, 25),
  );
  await askAll();
  for (let unit = 1; unit <= 25; unit++) {
    assert.ok(units().length <= Math.ceil(unit / 10) * 10);
    await end(unit, 'pass');
  }
  const sizes = waves.flatMap((wave) => (wave.state === 'end' ? [wave.units.length] : []));
  assert.deepEqual(sizes, [10, 10, 5]);
});

test('a gradual batch stops at the wave that misses its threshold; the rest is untouched', async () => {
  const gradual = {
    strategy: 'gradual',
    waves: { kind: 'fixed', size: 2, factor: 1 },
    successThreshold: 90,
    rollbackWave: true,
  } as const;
  const { askAll, end, waves, gates, controls, refused } = dispatch(batchOf(6, gradual));
  await askAll();
  await end(1, 'pass');
  await end(2, 'pass');
  await end(3, 'pass');
  await end(4, 'fail');
  assert.deepEqual(refused, [5, 6]);
  const last = waves.at(-1);
  assert.deepEqual(last, {
    wave: 2,
    state: 'end',
    units: [3, 4],
    successRate: 50,
    verdict: 'missed',
    rollback: true,
  });
  assert.equal(gates[0]?.gate, 'successThreshold');
  assert.equal(controls[0]?.what, 'stop');
});

test('growing waves grow by their factor', async () => {
  const { askAll, end, waves } = dispatch(
    batchOf(7, { waves: { kind: 'fixed', size: 1, factor: 2 }, atOnce: 8 }, 8),
  );
  await askAll();
  for (let unit = 1; unit <= 7; unit++) await end(unit, 'pass');
  assert.deepEqual(
    waves.flatMap((wave) => (wave.state === 'end' ? [wave.units.length] : [])),
    [1, 2, 4],
  );
});

test('a wave is halved for each tenth of memory above the threshold', async () => {
  const waves = { kind: 'memory-adaptive', size: 8, memoryThreshold: 0.8 } as const;
  const rig = dispatch(batchOf(20, { waves, atOnce: 20 }, 20));
  rig.useMemory(0.95);
  await rig.askAll();
  assert.equal(rig.units().length, 2);
  rig.useMemory(0.5);
  for (const unit of [1, 2]) await rig.end(unit, 'pass');
  assert.equal(rig.units().length, 10);
});

test('a wave by time takes what begins within its seconds', async () => {
  const rig = dispatch(batchOf(4, { waves: { kind: 'time-based', seconds: 60 } }, 1));
  await rig.askAll();
  await rig.end(1, 'pass');
  rig.later(61_000);
  await rig.end(2, 'pass');
  await rig.end(3, 'pass');
  await rig.end(4, 'pass');
  assert.deepEqual(
    rig.waves.flatMap((wave) => (wave.state === 'end' ? [wave.units] : [])),
    [
      [1, 2],
      [3, 4],
    ],
  );
});

test('a pause lets units in hand finish and begins nothing; a resume begins again', async () => {
  const { dispatcher, askAll, units, end, settle } = dispatch(batchOf(3, {}, 1));
  await askAll();
  dispatcher.pause('lunch', 'operator');
  await end(1, 'pass');
  assert.deepEqual(units(), [1]);
  dispatcher.resume('back');
  await settle();
  assert.deepEqual(units(), [1, 2]);
});

test('a gate that pauses waits for the operator; one that stops refuses the rest', async () => {
  const gates = [{ kind: 'consecutiveFailures', count: 2, then: 'stop' }] as const;
  const { askAll, end, refused } = dispatch(batchOf(5, { gates: [...gates] }, 1));
  await askAll();
  await end(1, 'fail');
  await end(2, 'fail');
  assert.deepEqual(refused, [3, 4, 5]);
});

test('a unit that failed is tried again where it is, by whichever test waits, and its wave waits for it', async () => {
  const waves = { kind: 'fixed', size: 1, factor: 1 } as const;
  const {
    ask,
    askAll,
    begun,
    end,
    settle,
    units,
    waves: told,
  } = dispatch(batchOf(3, { retries: 1, waves }, 1));
  await askAll();
  await end(1, 'fail');
  assert.deepEqual([begun[1]?.unit.number, begun[1]?.needsBoard, begun[1]?.attempt], [1, false, 2]);
  await end(1, 'pass');
  assert.deepEqual(units(), [1, 1, 3]);
  // The test of the attempt that failed comes once more, and has the unit whose test was lent.
  void ask(1);
  await settle();
  await end(3, 'pass');
  await end(2, 'pass');
  assert.deepEqual(units(), [1, 1, 3, 2]);
  assert.deepEqual(
    told.flatMap((wave) => (wave.state === 'end' ? [[wave.units, wave.successRate]] : [])),
    [
      [[1], 100],
      [[3], 100],
      [[2], 100],
    ],
  );
});

test('a unit that lost its turn has another before all others, and is given up when it loses too many', async () => {
  const { ask, askAll, end, units, refused, settle } = dispatch(batchOf(2, {}, 1));
  const lost = { code: 'WORKER_LOST', blame: 'rig', category: 'other', message: '', step: '' } as const;
  await askAll();
  for (let count = 1; count <= 4; count++) {
    void ask(1);
    await end(1, 'error', { failure: lost });
  }
  await settle();
  assert.deepEqual(units(), [1, 1, 1, 1, 2]);
  await end(2, 'pass');
  assert.equal(refused.length, 1);
});

test('a slot that cannot be used takes no further unit, and without any slot the rest is refused', async () => {
  const { askAll, end, units, refused } = dispatch(batchOf(5));
  await askAll();
  const busy = { code: 'SLOT_BUSY', blame: 'rig', category: 'other', message: '', step: '' } as const;
  await end(1, 'error', { failure: busy });
  assert.deepEqual(units(), [1, 2]);
  await end(2, 'error', { failure: { ...busy, code: 'GUARD_LOST' } });
  assert.deepEqual(refused, [3, 4, 5]);
});

test('a unit with a place of its own waits for that place only', async () => {
  const units = [1, 2, 3].map((number) => ({
    number,
    place: { station: 'bench1', slot: number < 3 ? 'slot1' : 'slot2' },
  }));
  const rig = dispatch(batchOf(3, { units }));
  await rig.askAll();
  assert.deepEqual(rig.units(), [1, 3]);
  await rig.end(1, 'pass');
  assert.deepEqual(rig.units(), [1, 3, 2]);
  assert.equal(rig.begun[2]?.needsBoard, false);
});

test('boards that come in another order change turns, and every unit still has one', async () => {
  const rig = dispatch(batchOf(3, {}, 1));
  await rig.askAll();
  const [turn] = rig.begun;
  assert.ok(turn);
  rig.dispatcher.exchange(turn, 3);
  assert.equal(turn.unit.number, 3);
  await rig.end(3, 'pass');
  await rig.end(1, 'pass');
  await rig.end(2, 'pass');
  assert.deepEqual(rig.units(), [3, 1, 2]);
});

test('a run that goes on with an open wave judges it with the results from before', async () => {
  const state: BatchState = emptyState();
  state.waves.push({ wave: 2, state: 'begin' });
  state.openWave = { wave: 2, units: new Set([3, 4]) };
  state.units.set(3, {
    unit: 3,
    attempts: 1,
    isRolledBack: false,
    result: { unit: 3, outcome: 'fail', seconds: 1 },
  });
  const gradual = {
    strategy: 'gradual',
    waves: { kind: 'fixed', size: 2, factor: 1 },
    successThreshold: 60,
  } as const;
  const rig = dispatch(batchOf(8, gradual), { state, pending: [4, 5, 6, 7, 8] });
  await rig.askAll();
  assert.deepEqual(rig.units(), [4]);
  await rig.end(4, 'pass');
  const last = rig.waves.at(-1);
  assert.deepEqual(last?.state === 'end' && [last.wave, last.units, last.successRate], [2, [3, 4], 50]);
  assert.deepEqual(rig.refused, [5, 6, 7, 8]);
});

test('a wave that holds all units ends in the run that goes on with it', async () => {
  const state: BatchState = emptyState();
  state.waves.push({ wave: 1, state: 'begin' });
  state.openWave = { wave: 1, units: new Set([1, 2, 3]) };
  state.units.set(1, {
    unit: 1,
    attempts: 1,
    isRolledBack: false,
    result: { unit: 1, outcome: 'pass', seconds: 1 },
  });
  const rig = dispatch(batchOf(4), { state, pending: [2, 3, 4] });
  await rig.askAll();
  for (const unit of [2, 3, 4]) await rig.end(unit, 'pass');
  const [end] = rig.waves;
  assert.deepEqual(end?.state === 'end' && end.units, [1, 2, 3, 4]);
});

test('a turn that waits for its board waits on while there is a pause, and for nothing once no unit may begin', async () => {
  const { dispatcher, askAll } = dispatch(batchOf(4));
  await askAll();
  dispatcher.pause('lunch', 'operator');
  let goesOn = false;
  const waiting = dispatcher.whileRunning(never).then(() => (goesOn = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(goesOn, false);
  dispatcher.resume('');
  await waiting;
  dispatcher.pause('', 'operator');
  const refused = assert.rejects(dispatcher.whileRunning(never), {
    code: 'UNIT_NOT_BEGUN',
    message: /too many/,
  });
  dispatcher.stop('too many', 'gate');
  await refused;
  assert.equal(dispatcher.stopped.aborted, true);
});

test('the first articles have their results before another unit begins', async () => {
  const gates: Batch['gates'] = [{ kind: 'firstArticle', count: 2, then: 'stop' }];
  const rig = dispatch(batchOf(6, { gates }, 4));
  await rig.askAll();
  assert.deepEqual(rig.units(), [1, 2]);
  await rig.end(1, 'pass');
  assert.deepEqual(rig.units(), [1, 2]);
  // It lost its turn, and is a first article still.
  await rig.end(2, 'aborted');
  assert.deepEqual(rig.units(), [1, 2, 2]);
  await rig.end(2, 'pass');
  assert.deepEqual(rig.units().slice(3), [4, 5, 6]);
});

test('a slot that was kept for a unit is free again when its board is found in another one', async () => {
  const rig = dispatch(batchOf(3, { retries: 1 }));
  await rig.askAll();
  rig.dispatcher.pause('', 'operator');
  await rig.end(1, 'fail');
  const turn = rig.begun[1];
  assert.ok(turn);
  rig.dispatcher.exchange(turn, 1);
  assert.equal(rig.dispatcher.places.find(({ slot }) => slot === 'slot1')?.keptFor, undefined);
  rig.dispatcher.resume('');
  await rig.settle();
  // Unit 2, whose turn it was, begins in the slot that has come free.
  assert.deepEqual(rig.begun.map(({ unit, slot }) => [unit.number, slot]).at(-1), [2, 'slot1']);
});

test('where nobody swaps boards, a run that goes on takes the slots whose boards have had no turn', async () => {
  const state: BatchState = emptyState();
  const board = { attempts: 1, beganAt: 1, isRolledBack: false, station: 'bench1' };
  const result = { unit: 1, outcome: 'pass', seconds: 1 } as const;
  state.units.set(1, { unit: 1, slot: 'slot1', ...board, result });
  state.units.set(2, { unit: 2, slot: 'slot2', ...board });
  const swap = { by: 'slot', detect: 'none', everySeconds: 1 } as const;
  const rig = dispatch(batchOf(4, { swap, atOnce: 4 }, 4), { state, pending: [2, 3, 4] });
  await rig.askAll();
  assert.deepEqual(
    rig.begun.map(({ unit, slot }) => `${unit.number} ${slot}`),
    ['2 slot2', '3 slot3', '4 slot4'],
  );
});

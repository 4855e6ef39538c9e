import type { WaveEvent } from '../../core/batch-record.js';
import type { ErrorCode } from '../../core/error-catalogue.js';
import { abortedBy } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { BatchUnit } from '../../rigs/batch/types.js';
import type { BatchState } from './batch-state.js';
import { createFirstArticles } from './first-articles.js';
import { createGates } from './gates.js';
import { createPhase } from './phase.js';
import { createPlaces, type Place, type Standing } from './places.js';
import { createToDo } from './to-do.js';
import type { Dispatcher, DispatcherOptions, Turn } from './turn.js';
import { isVerdict, unitResult, type UnitResult } from './unit-result.js';
import { createWaves, type WavesOptions } from './waves.js';

interface Asking {
  /** Number of the unit that the test is named after. */
  test: number;
  go: (turn: Turn) => void;
  refuse: (why: Error) => void;
}

/** A turn that is under way. */
interface Open {
  turn: Turn;
  place: Place;
  result?: UnitResult;
  /** The slot was to blame, and would be for the next unit too. */
  isPlaceLost?: boolean;
}

/** Codes that say that a slot cannot be used in this run. */
const placeLost: ReadonlySet<string> = new Set<ErrorCode>([
  'SLOT_BUSY',
  'SLOT_OUT_OF_USE',
  'GUARD_LOST',
  'BENCH_FAILED',
  'LID_OPEN',
  'LID_OPENED',
  'EMERGENCY_STOP',
  'START_NOT_PRESSED',
  'LINE_LOST',
]);

/** So often a unit may lose its turn in a run by no doing of its own. */
const mostLost = 3;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { batch, state, pending, onGate, onControl } = options;
  const places = createPlaces(batch, standing(state, pending), options.onPanelOut);
  const gates = createGates(batch.gates, state.results);
  const articles = createFirstArticles(batch.gates, state.results);
  const toDo = createToDo(batch.units, pending);
  const asking: Asking[] = [];
  const turns = new Map<number, Open>();
  const tries = new Map<number, number>();
  const phase = createPhase(onControl);

  const waves = createWaves({
    ...batch,
    units: pending.length,
    earlier: earlierWaves(state),
    onEvent(event) {
      options.onWave(event);
      if (event.state === 'end' && event.verdict === 'missed') missed(event, batch.successThreshold);
    },
    now: options.now,
    memoryInUse: options.memoryInUse,
  });
  const missed = (event: WaveEvent & { state: 'end' }, threshold: number) => {
    const why = `wave ${event.wave}: ${event.successRate} % of its units passed, at least ${threshold} % must`;
    onGate({ gate: 'successThreshold', then: 'stop', why });
    stop(why, 'gate');
  };
  const refuseAll = () => {
    for (const each of asking.splice(0)) each.refuse(phase.whyNot);
  };
  const stop: Dispatcher['stop'] = (why, by, what = 'stop') => {
    if (phase.state === 'stopped' && what === 'stop') return;
    waves.close();
    onControl({ what, by, why });
    phase.stop(why);
    refuseAll();
  };
  /** The unit that has to wait for nothing, and its place: one that is tried again first, then the test's own, then any. */
  const choose = (test: number): { unit: BatchUnit; place: Place } | undefined => {
    for (const unit of toDo.inOrder(test)) {
      if (!places.isLeft(unit) || (tries.get(unit.number) ?? 0) > batch.retries + mostLost) {
        phase.noTurn(`no slot is left for unit ${unit.number}: ${placesText(places.all)}`);
        toDo.drop(unit.number);
        articles.drop(unit.number);
        continue;
      }
      if (!articles.mayBegin(unit.number) || !waves.mayJoin(unit.number)) continue;
      const place = places.take(unit, state.units.get(unit.number));
      if (place) return { unit, place };
    }
    return undefined;
  };
  const advance = () => {
    while (asking.length > 0 && phase.state === 'running' && turns.size < batch.atOnce) {
      const [first] = asking;
      const found = first && choose(first.test);
      if (first === undefined || found === undefined) break;
      asking.shift();
      first.go(turnAt(found.place, found.unit));
    }
    // A test that still waits could only get a unit that is under way and has to be tried again.
    if (toDo.isEmpty() && turns.size === 0) refuseAll();
  };
  const turnAt = (place: Place, unit: BatchUnit): Turn => {
    const { number } = unit;
    const made = (tries.get(number) ?? 0) + 1;
    tries.set(number, made);
    toDo.take(number);
    articles.begin(number);
    const isRetry = place.keptFor === number;
    delete place.keptFor;
    const needsBoard = unit.place === undefined && batch.swap.detect !== 'none' && !isRetry;
    const { station, slot } = place;
    const attempt = (state.units.get(number)?.attempts ?? 0) + 1;
    const turn: Turn = { unit, station, slot, wave: waves.join(number), attempt, needsBoard };
    turns.set(number, { turn, place });
    return turn;
  };
  const comesAgain = ({ turn, result }: Open) =>
    result !== undefined && result.outcome !== 'pass' && (tries.get(turn.unit.number) ?? 0) <= batch.retries;
  return {
    begin(test, signal) {
      if (phase.state === 'stopped') return Promise.reject(phase.whyNot);
      return new Promise<Turn>((resolve, reject) => {
        if (signal.aborted) return reject(abortedBy(signal));
        const onAbort = () => {
          asking.splice(asking.indexOf(each), 1);
          reject(abortedBy(signal));
        };
        const settle = () => signal.removeEventListener('abort', onAbort);
        const each: Asking = {
          test,
          go: (turn) => (settle(), resolve(turn)),
          refuse: (why) => (settle(), reject(why)),
        };
        signal.addEventListener('abort', onAbort, { once: true });
        asking.push(each);
        advance();
      });
    },
    note(turn, record) {
      const known = turns.get(turn.unit.number);
      if (known === undefined) return { comesAgain: false };
      known.isPlaceLost = placeLost.has(record.failure?.code ?? '');
      // Without a result it is to be done again, in this run or in the next one.
      if (!isVerdict(record)) return { comesAgain: true };
      known.result = unitResult(turn.unit.number, record);
      if (comesAgain(known)) return { comesAgain: true };
      articles.judged(turn.unit.number);
      for (const event of gates.note(known.result)) {
        onGate(event);
        if (event.then === 'pause') phase.pause(event.why, 'gate');
        if (event.then === 'stop') stop(event.why, 'gate');
      }
      return { comesAgain: false };
    },
    left(turn, { isOut } = { isOut: false }) {
      const { number } = turn.unit;
      const known = turns.get(number);
      if (known === undefined) return { boardStays: true };
      turns.delete(number);
      const { place, result, isPlaceLost = false } = known;
      const isRetry = comesAgain(known);
      places.leave(place, { isOut: isOut || isPlaceLost, ...(isRetry && { keepFor: number }) });
      if (!isRetry) waves.left(number, result && result.outcome === 'pass');
      if (isRetry || result === undefined) toDo.add(number);
      advance();
      return { boardStays: isRetry || turn.unit.place !== undefined || batch.swap.detect === 'none' };
    },
    exchange(turn, number) {
      const mine = turn.unit.number;
      const known = turns.get(mine);
      const other = toDo.take(number);
      if (other === undefined || known === undefined)
        throw new RigError('INTERNAL_ERROR', `unit ${number} cannot change turns with unit ${mine}`);
      toDo.add(mine);
      // It is in another slot now than the one that was kept for it.
      places.release(number);
      articles.exchange(mine, number);
      waves.exchange(mine, number);
      turns.delete(mine);
      turns.set(number, known);
      tries.set(mine, (tries.get(mine) ?? 1) - 1).set(number, (tries.get(number) ?? 0) + 1);
      turn.unit = other;
      turn.attempt = (state.units.get(number)?.attempts ?? 0) + 1;
      return other;
    },
    isToDo: (unit) => toDo.has(unit),
    pause: phase.pause,
    resume: (why) => void (phase.resume(why) && advance()),
    stop,
    close() {
      waves.close();
      if (phase.state !== 'stopped') phase.stop('the run was stopped before the unit had its turn');
      refuseAll();
    },
    get state() {
      return phase.state;
    },
    stopped: phase.stopped,
    whileRunning: phase.whileRunning,
    places: places.all,
  };
}

/** Where the boards of runs before this one stand, if nobody has moved them. */
function standing({ units }: BatchState, pending: readonly number[]): Standing[] {
  return [...units.values()].flatMap(({ unit, station, slot }) =>
    station === undefined || slot === undefined
      ? []
      : [{ station, slot, unit, isToDo: pending.includes(unit) }],
  );
}

/** What runs before this one left of waves. */
function earlierWaves({ waves, openWave, units }: BatchState): WavesOptions['earlier'] {
  const last = Math.max(0, ...waves.map(({ wave }) => wave));
  if (openWave === undefined) return { last };
  const members = [...openWave.units].map((unit) => {
    const outcome = units.get(unit)?.result?.outcome;
    return { unit, passed: outcome && outcome === 'pass' };
  });
  return { last, open: { wave: openWave.wave, units: members } };
}

function placesText(places: readonly Place[]): string {
  return places.map(({ station, slot, state }) => `${station} ${slot} is ${state}`).join(', ');
}

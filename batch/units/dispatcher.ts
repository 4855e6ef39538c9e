import type { ControlEvent, GateEvent, WaveEvent } from '../../core/batch-record.js';
import type { ErrorCode } from '../../core/error-catalogue.js';
import { abortedBy } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { AttemptRecord } from '../../core/record.js';
import type { Batch, BatchUnit } from '../../rigs/batch/types.js';
import type { BatchState } from './batch-state.js';
import { createFirstArticles } from './first-articles.js';
import { createGates } from './gates.js';
import { createPhase, type Phase } from './phase.js';
import { createPlaces, type Place } from './places.js';
import { createToDo } from './to-do.js';
import { isVerdict, unitResult, type UnitResult } from './unit-result.js';
import { createWaves, type WavesOptions } from './waves.js';

/** A unit that has its turn. */
export interface Turn {
  unit: BatchUnit;
  station: string;
  slot: string;
  wave: number;
  /** 1 for the first attempt at the unit, counted over the batch. */
  attempt: number;
  /** Another board has to come first: the one in the slot is done, or nobody knows which it is. */
  needsBoard: boolean;
}

/** Decides which unit of a batch begins when, and where. */
export interface Dispatcher extends Pick<Phase, 'pause' | 'state' | 'stopped' | 'whileRunning'> {
  /**
   * Gives a test a unit that may begin, once there is one: by its wave, with a place, while there is no pause. It is the unit that the test is named after if that can be; a
   * unit that is tried again never waits behind tests whose units have to wait for its wave. Throws UNIT_NOT_BEGUN when there is none for it in this run, and the signal's reason.
   */
  begin(test: number, signal: AbortSignal): Promise<Turn>;
  /** The attempt of that turn has its record. `comesAgain`: the unit is to have another turn, so its board stays. */
  note(turn: Turn, record: AttemptRecord): { comesAgain: boolean };
  /** The attempt is over and its slot is off and given back. `isOut`: the slot takes no further unit. `boardStays`: nobody takes the board out. */
  left(turn: Turn, how?: { isOut: boolean }): { boardStays: boolean };
  /** The board in the slot is that of another unit which is to be done: they change turns. Returns the unit that the turn is for now. */
  exchange(turn: Turn, unit: number): BatchUnit;
  /** Whether the unit still is to have a turn in this run. */
  isToDo(unit: number): boolean;
  resume(why: string): void;
  /** Nothing begins any more; units in hand finish, unless the run ends, as it does for `cancel`. */
  stop(why: string, by: ControlEvent['by'], what?: 'stop' | 'cancel'): void;
  /** The run ends: whoever waits is refused, and no wave is judged any more. */
  close(): void;
  readonly places: readonly Place[];
}

export interface DispatcherOptions {
  batch: Batch;
  /** What the journal holds. */
  state: BatchState;
  /** Numbers of the units that this run is to do. */
  pending: readonly number[];
  onWave: (event: WaveEvent) => void;
  onGate: (event: GateEvent) => void;
  onControl: (event: ControlEvent) => void;
  /** Every board of the station is out, and the next ones may come. */
  onPanelOut: (station: string) => void;
  now: () => number;
  memoryInUse: () => number;
}

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
  const places = createPlaces(batch, options.onPanelOut);
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

import type { ControlEvent, GateEvent, WaveEvent } from '../../core/batch-record.js';
import type { ErrorCode } from '../../core/error-catalogue.js';
import { abortedBy } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { AttemptRecord } from '../../core/record.js';
import type { Batch, BatchUnit } from '../../rigs/batch/types.js';
import type { BatchState } from './batch-state.js';
import { createGates } from './gates.js';
import { createPlaces, type Place } from './places.js';
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
export interface Dispatcher {
  /**
   * Waits until the unit may begin: its wave, a place, no pause. Throws UNIT_NOT_BEGUN when it will not in this run, and the signal's reason.
   */
  begin(unit: number, signal: AbortSignal): Promise<Turn>;
  /** The attempt of that turn has its record. */
  note(turn: Turn, record: AttemptRecord): void;
  /** The attempt is over and its slot is off and given back. `isOut`: the slot takes no further unit. */
  left(turn: Turn, how?: { isOut: boolean }): void;
  /** The board in the slot is that of another unit which has not begun: they change turns. Returns the unit that the turn is for now. */
  exchange(turn: Turn, unit: number): BatchUnit;
  /** Units in hand finish, nothing begins; or it begins again. */
  pause(why: string, by: ControlEvent['by']): void;
  resume(why: string): void;
  /** Nothing begins any more; units in hand finish, unless the run ends, as it does for `cancel`. */
  stop(why: string, by: ControlEvent['by'], what?: 'stop' | 'cancel'): void;
  /** The run ends: whoever waits is refused, and no wave is judged any more. */
  close(): void;
  readonly state: 'running' | 'paused' | 'stopped';
  readonly places: readonly Place[];
  /** Units that have an attempt under way. */
  underWay(): number[];
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
  unit: BatchUnit;
  go: (turn: Turn) => void;
  refuse: (why: Error) => void;
}

/** A turn that is under way. */
interface Open {
  turn: Turn;
  place: Place;
  /** Attempts at the unit in this run, with this one. */
  tries: number;
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
]);

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { batch, state, pending, onGate, onControl } = options;
  const places = createPlaces(batch, options.onPanelOut);
  const gates = createGates(batch.gates, state.results);
  const units = new Map(batch.units.map((unit) => [unit.number, unit]));
  /** The unit that a test is about: not the one of its title once boards came in another order. */
  const unitOfTest = new Map<number, number>();
  const asking: Asking[] = [];
  const turns = new Map<number, Open>();
  const tries = new Map<number, number>();
  let phase: Dispatcher['state'] = 'running';
  let stopWhy = '';

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
  const notBegun = (why: string) => new RigError('UNIT_NOT_BEGUN', why);
  const refuseAll = () => {
    for (const each of asking.splice(0)) each.refuse(notBegun(stopWhy));
  };
  const stop: Dispatcher['stop'] = (why, by, what = 'stop') => {
    if (phase === 'stopped' && what === 'stop') return;
    phase = 'stopped';
    stopWhy = why;
    waves.close();
    onControl({ what, by, why });
    refuseAll();
  };
  const pause = (why: string, by: ControlEvent['by']) => {
    if (phase !== 'running') return;
    phase = 'paused';
    onControl({ what: 'pause', by, why });
  };
  const advance = () => {
    for (const each of [...asking]) {
      if (phase !== 'running' || turns.size >= batch.atOnce) return;
      const { unit } = each;
      if (!places.isLeft(unit)) {
        withdraw(each);
        waves.dropped();
        each.refuse(notBegun(`no slot is left for unit ${unit.number}: ${placesText(places.all)}`));
        continue;
      }
      if (!waves.mayJoin(unit.number)) return;
      const begun = state.units.get(unit.number);
      const place = places.take(unit, begun);
      if (place === undefined) continue;
      withdraw(each);
      each.go(turnAt(place, unit, waves.join(unit.number), begun?.attempts ?? 0));
    }
  };
  const turnAt = (place: Place, unit: BatchUnit, wave: number, before: number): Turn => {
    const made = (tries.get(unit.number) ?? 0) + 1;
    tries.set(unit.number, made);
    const isRetry = place.keptFor === unit.number;
    delete place.keptFor;
    const needsBoard = unit.place === undefined && batch.swap.detect !== 'none' && !isRetry;
    const { station, slot } = place;
    const turn: Turn = { unit, station, slot, wave, attempt: before + 1, needsBoard };
    turns.set(unit.number, { turn, place, tries: made });
    return turn;
  };
  const withdraw = (each: Asking) => void asking.splice(asking.indexOf(each), 1);
  return {
    begin(test, signal) {
      const unit = units.get(unitOfTest.get(test) ?? test);
      if (unit === undefined) throw new RigError('INTERNAL_ERROR', `the batch has no unit ${test}`);
      if (phase === 'stopped') return Promise.reject(notBegun(stopWhy));
      return new Promise<Turn>((resolve, reject) => {
        if (signal.aborted) return reject(abortedBy(signal));
        const onAbort = () => {
          withdraw(each);
          reject(abortedBy(signal));
        };
        const settle = () => signal.removeEventListener('abort', onAbort);
        const each: Asking = {
          unit,
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
      if (known === undefined) return;
      known.isPlaceLost = placeLost.has(record.failure?.code ?? '');
      if (!isVerdict(record)) return;
      known.result = unitResult(turn.unit.number, record);
      if (record.outcome !== 'pass' && known.tries <= batch.retries) return;
      for (const event of gates.note(known.result)) {
        onGate(event);
        if (event.then === 'pause') pause(event.why, 'gate');
        if (event.then === 'stop') stop(event.why, 'gate');
      }
    },
    left(turn, { isOut } = { isOut: false }) {
      const known = turns.get(turn.unit.number);
      if (known === undefined) return;
      turns.delete(turn.unit.number);
      const { place, result, isPlaceLost = false } = known;
      const isPass = result?.outcome === 'pass';
      // Whoever is tried again stays where it is; so does a board that nobody knows anything of, until its unit has another turn.
      const comesAgain = !isPass && known.tries <= batch.retries;
      places.leave(place, { isOut: isOut || isPlaceLost, ...(comesAgain && { keepFor: turn.unit.number }) });
      if (!comesAgain) waves.left(turn.unit.number, result && isPass);
      advance();
    },
    exchange(turn, number) {
      const other = units.get(number);
      const known = turns.get(turn.unit.number);
      if (other === undefined || known === undefined)
        throw new RigError(
          'INTERNAL_ERROR',
          `unit ${number} cannot change turns with unit ${turn.unit.number}`,
        );
      const mine = turn.unit;
      const testOf = (unit: number) => [...unitOfTest].find(([, each]) => each === unit)?.[0] ?? unit;
      const [myTest, otherTest] = [testOf(mine.number), testOf(number)];
      unitOfTest.set(myTest, number).set(otherTest, mine.number);
      for (const each of asking) if (each.unit === other) each.unit = mine;
      turns.delete(mine.number);
      waves.exchange(mine.number, number);
      turn.unit = other;
      turn.attempt = (state.units.get(number)?.attempts ?? 0) + 1;
      tries.set(number, 1).set(mine.number, 0);
      turns.set(number, known);
      return other;
    },
    pause,
    resume(why) {
      if (phase !== 'paused') return;
      phase = 'running';
      onControl({ what: 'resume', by: 'operator', why });
      advance();
    },
    stop,
    close() {
      if (phase !== 'stopped') stopWhy = 'the run was stopped before the unit had its turn';
      phase = 'stopped';
      waves.close();
      refuseAll();
    },
    get state() {
      return phase;
    },
    places: places.all,
    underWay: () => [...turns.keys()],
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

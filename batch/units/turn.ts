import type { ControlEvent, GateEvent, WaveEvent } from '../../core/batch-record.js';
import type { AttemptRecord } from '../../core/record.js';
import type { Batch, BatchUnit } from '../../rigs/batch/types.js';
import type { BatchState } from './batch-state.js';
import type { Phase } from './phase.js';
import type { Place } from './places.js';

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

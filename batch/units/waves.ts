import type { WaveEvent } from '../../core/batch-record.js';
import type { Batch, WaveSizing } from '../../rigs/batch/types.js';

/** Parts of a batch that are over before the next part begins. `gradual` judges each. */
export interface Waves {
  /** False while the unit has to wait for a wave to end. */
  mayJoin(unit: number): boolean;
  /** Only for a unit that may. Returns its wave. */
  join(unit: number): number;
  /** Another unit takes the turn of one that has joined. */
  exchange(unit: number, other: number): void;
  /** The unit has its result, or none will come; `passed` tells which. */
  left(unit: number, passed: boolean | undefined): void;
  /** Nothing begins any more: a wave that is not over stays open, for the run that goes on with it. */
  close(): void;
}

export interface WavesOptions extends Pick<
  Batch,
  'strategy' | 'waves' | 'successThreshold' | 'rollbackWave'
> {
  /** Units that the run is to do. */
  units: number;
  /** Waves that ended in runs before this one, and the one that did not. */
  earlier: { last: number; open?: { wave: number; units: { unit: number; passed: boolean | undefined }[] } };
  onEvent: (event: WaveEvent) => void;
  /** Clock, in ms. */
  now: () => number;
  /** Share of the host's memory that is in use, 0 … 1. */
  memoryInUse: () => number;
}

interface Wave {
  number: number;
  /** Infinity: all that there are. */
  size: number;
  beganAt: number;
  /** Whether each unit that has a result passed; one that lost its turn by no doing of its own has none. */
  results: Map<number, boolean>;
  underWay: Set<number>;
}

export function createWaves(options: WavesOptions): Waves {
  const { waves: sizing, strategy, earlier, onEvent } = options;
  let notBegun = options.units;
  let last = earlier.last;
  let wave: Wave | undefined;
  let isClosed = false;

  const begin = (number: number): Wave => {
    onEvent({ wave: number, state: 'begin' });
    return made(number);
  };
  const made = (number: number): Wave => ({
    number,
    size: sizeOf(sizing, number, options.memoryInUse),
    beganAt: options.now(),
    results: new Map(),
    underWay: new Set(),
  });
  if (earlier.open) {
    wave = made(earlier.open.wave);
    for (const { unit, passed } of earlier.open.units)
      if (passed !== undefined) wave.results.set(unit, passed);
  }
  const isFull = ({ size, results, underWay, beganAt }: Wave) =>
    sizing.kind === 'time-based'
      ? options.now() - beganAt >= sizing.seconds * 1000
      : results.size + [...underWay].filter((unit) => !results.has(unit)).length >= size;
  const end = ({ number, results }: Wave) => {
    const passed = [...results.values()].filter((each) => each === true).length;
    const successRate = results.size === 0 ? 0 : Math.round((10_000 * passed) / results.size) / 100;
    const isMissed = strategy === 'gradual' && successRate < options.successThreshold;
    last = number;
    wave = undefined;
    onEvent({
      wave: number,
      state: 'end',
      units: [...results.keys()].sort((one, two) => one - two),
      successRate,
      verdict: isMissed ? 'missed' : 'passed',
      rollback: isMissed && options.rollbackWave,
    });
  };
  const endWhenOver = () => {
    if (wave && wave.underWay.size === 0 && (notBegun === 0 || isFull(wave))) end(wave);
  };
  return {
    mayJoin(unit) {
      endWhenOver();
      return wave === undefined || wave.underWay.has(unit) || wave.results.has(unit) || !isFull(wave);
    },
    join(unit) {
      wave ??= begin(last + 1);
      if (!wave.underWay.has(unit)) notBegun -= 1;
      wave.underWay.add(unit);
      return wave.number;
    },
    exchange(unit, other) {
      if (wave?.underWay.delete(unit)) wave.underWay.add(other);
    },
    left(unit, passed) {
      if (!wave?.underWay.delete(unit)) return;
      // Without a result it is to begin again.
      if (passed === undefined) notBegun += 1;
      else wave.results.set(unit, passed);
      if (!isClosed) endWhenOver();
    },
    close: () => void (isClosed = true),
  };
}

/** Share of the wave that is left when memory is short: halved for each tenth above the threshold, one unit at least. */
function sizeOf(sizing: WaveSizing, number: number, memoryInUse: () => number): number {
  if (sizing.kind === 'time-based') return Infinity;
  if (sizing.size === 0) return Infinity;
  if (sizing.kind === 'fixed') return Math.max(1, Math.round(sizing.size * sizing.factor ** (number - 1)));
  const over = memoryInUse() - sizing.memoryThreshold;
  return over <= 0 ? sizing.size : Math.max(1, Math.floor(sizing.size / 2 ** Math.ceil(over * 10)));
}

import type { Batch } from '../../rigs/batch/types.js';
import type { BatchState } from './batch-state.js';

/** Which units of a batch a run is to do. */
export interface ResumeOptions {
  /** `new`: nothing may have been begun; `auto`: what has no result; `retry`: also what did not pass. */
  mode: 'new' | 'auto' | 'retry';
  /** Only units from this number on. */
  fromUnit?: number;
  /** Only units that are not of an earlier wave. */
  fromWave?: number;
  /** Goes on although inputs have changed. */
  force?: boolean;
}

export interface Pending {
  /** Numbers of the units to be done, in order. */
  units: number[];
  /** Those of them that were in hand when the run before died. */
  inHand: number[];
}

/** The units that a run has to do, by what the journal says of each. Units that the batch refuses are never among them. */
export function pendingUnits(batch: Batch, state: BatchState, options: ResumeOptions): Pending {
  const { from = 1, to = batch.units.length } = batch.range ?? {};
  const first = Math.max(from, options.fromUnit ?? from);
  const units = batch.units
    .filter(({ number, refused }) => number >= first && number <= to && refused === undefined)
    .map(({ number }) => number)
    .filter((number) => isToDo(batch, state, number, options));
  return { units, inHand: units.filter((number) => state.units.get(number)?.inHand !== undefined) };
}

function isToDo(
  { programme }: Batch,
  state: BatchState,
  number: number,
  { mode, fromWave }: ResumeOptions,
): boolean {
  const unit = state.units.get(number);
  if (unit === undefined) return true;
  if (fromWave !== undefined && unit.wave !== undefined && unit.wave < fromWave) return false;
  if (mode === 'retry') return unit.result?.outcome !== 'pass';
  // A try at a unit that had a result already may have left its board half written.
  if (unit.inHand?.programme === programme) return true;
  return unit.result === undefined && !unit.isRolledBack;
}

/** `1-5,8,10-12`: numbers as a text that stays short, for the environment and for people. */
export function rangesText(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}

/** The numbers that `rangesText` wrote. */
export function numbersOf(text: string): number[] {
  if (text === '') return [];
  return text.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

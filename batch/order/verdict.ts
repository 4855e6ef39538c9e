import type { Batch } from '../../rigs/batch/types.js';
import type { BatchState } from '../units/batch-state.js';
import { createGates } from '../units/gates.js';
import { pendingUnits } from '../units/pending.js';

/** What a batch as a whole has come to. */
export interface BatchVerdict {
  /** Every unit that is to be done has a result, and the results keep the gates. */
  isGood: boolean;
  isComplete: boolean;
  /** What stands against it, in plain words. */
  why: string[];
}

/**
 * Judges a batch by what its journal says. A gate that only warns is no reason; one that paused or stopped the batch counts by what the results say now, since
 * whoever went on has looked at it. Without gates every unit must pass.
 */
export function batchVerdict(batch: Batch, state: BatchState): BatchVerdict {
  const { units: open } = pendingUnits(batch, state, { mode: 'auto' });
  const results = [...state.units.values()].flatMap(({ result }) => result ?? []);
  const notPassed = results.filter(({ outcome }) => outcome !== 'pass');
  const rolledBack = [...state.units.values()].filter(({ isRolledBack }) => isRolledBack);
  const missed = createGates(batch.gates, state.results).missed();
  const stop = state.controls.at(-1);
  const why = [
    ...missed.filter(({ then }) => then !== 'warn').map(({ gate, why }) => `${gate}: ${why}`),
    ...(stop?.what === 'stop' || stop?.what === 'cancel' ? [`${stop.what}: ${stop.why}`] : []),
    ...(batch.gates.length === 0 && notPassed.length > 0 ? [`${notPassed.length} units did not pass`] : []),
    ...(rolledBack.length > 0 ? [`${rolledBack.length} units were given back what they held`] : []),
    ...(open.length > 0 ? [`${open.length} units have no result yet`] : []),
  ];
  return { isGood: why.length === 0, isComplete: open.length === 0, why };
}

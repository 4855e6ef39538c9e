import type { ControlEvent } from '../../core/batch-record.js';
import type { Batch } from '../../rigs/batch/types.js';
import type { BatchState } from '../units/batch-state.js';
import { createGates } from '../units/gates.js';
import { pendingUnits } from '../units/pending.js';
import type { BatchRun } from './batch-run.js';

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
  const { control } = state;
  const why = [
    ...missed.filter(({ then }) => then !== 'warn').map(({ gate, why }) => `${gate}: ${why}`),
    ...(control?.what === 'stop' || control?.what === 'cancel' ? [controlText(control)] : []),
    ...(batch.gates.length === 0 && notPassed.length > 0 ? [`${notPassed.length} units did not pass`] : []),
    ...(rolledBack.length > 0 ? [`${rolledBack.length} units were given back what they held`] : []),
    ...(open.length > 0 ? [`${open.length} units have no result yet`] : []),
  ];
  return { isGood: why.length === 0, isComplete: open.length === 0, why };
}

function controlText({ what, by, why }: ControlEvent): string {
  const who = `${what === 'stop' ? 'stopped' : 'cancelled'} by ${by === 'gate' ? 'a gate' : 'the operator'}`;
  return why === '' ? who : `${who}: ${why}`;
}

/** Judges the run that gives the boards of a wave back what they held. */
export function rollbackVerdict({ state, rollback }: Pick<BatchRun, 'state' | 'rollback'>): BatchVerdict {
  const { wave = 0, units = [], gone = [] } = rollback ?? {};
  const missing = units.filter(({ unit }) => state.units.get(unit)?.isRolledBack !== true);
  const why = [
    ...missing.map(
      ({ unit, slot = '' }) => `wave ${wave}: unit ${unit} in ${slot} was not given back what it held`,
    ),
    ...gone.map(
      ({ unit, board = '' }) =>
        `wave ${wave}: the board of unit ${unit} has left its slot: \`rig rollback ${board}\``,
    ),
  ];
  return { isGood: why.length === 0, isComplete: missing.length === 0, why };
}

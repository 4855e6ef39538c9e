import { resolve } from 'node:path';
import type { Batch, BatchUnit } from '../../rigs/batch/types.js';
import type { BatchState, UnitState } from '../units/batch-state.js';

/** Units of a wave that are to be given back what they held. */
export interface RollbackPlan {
  wave: number;
  /** Those whose board is in its slot still, as far as is known. */
  units: UnitState[];
  /** Those whose board has left its slot: each is given back what it held by `rig rollback`. */
  gone: UnitState[];
}

/** The wave whose rollback is due: the last one that missed its threshold, when the batch asked for it and not all is given back. */
export function rollbackDue(state: BatchState): RollbackPlan | undefined {
  const wave = state.waves.findLast((each) => each.state === 'end' && each.verdict === 'missed');
  if (wave?.state !== 'end' || !wave.rollback) return undefined;
  const members = wave.units.flatMap((unit) => state.units.get(unit) ?? []);
  // One that has had its turn in a later wave is judged by that.
  const due = members.filter(
    (unit) => unit.wave === wave.wave && !unit.isRolledBack && unit.backup !== undefined,
  );
  if (due.length === 0) return undefined;
  const isThere = ({ unit, station = '', slot = '' }: UnitState) =>
    state.lastIn.get(`${station} ${slot}`) === unit;
  return { wave: wave.wave, units: due.filter(isThere), gone: due.filter((unit) => !isThere(unit)) };
}

/** The batch as the run sees it that gives the boards of a wave back what they held: each where it is, all at once, judged by nothing. */
export function rollbackBatch(batch: Batch, { units }: RollbackPlan): Batch {
  const listed = new Map(batch.units.map((unit) => [unit.number, unit]));
  const placed = units.flatMap(({ unit, station, slot }): BatchUnit[] => {
    const known = listed.get(unit);
    if (known === undefined || station === undefined || slot === undefined) return [];
    return [{ ...known, place: { station, slot } }];
  });
  const run: Batch = {
    ...batch,
    programme: 'rollback',
    units: placed,
    swap: { ...batch.swap, detect: 'none' },
    strategy: 'parallel',
    waves: { kind: 'fixed', size: 0, factor: 1 },
    retries: 0,
    gates: [],
    checkpoints: {},
  };
  delete run.range;
  delete run.job;
  return run;
}

/** Absolute path of the backup from before the first write that the batch made to the unit. */
export function backupOf(folder: string, { backup }: UnitState): string | undefined {
  return backup === undefined ? undefined : resolve(folder, backup);
}

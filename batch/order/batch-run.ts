import { RigError } from '../../core/errors.js';
import type { BatchHeader } from '../../core/batch-record.js';
import { changedInputs } from '../../rigs/batch/inputs.js';
import { loadBatch } from '../../rigs/batch/load-batch.js';
import type { Batch } from '../../rigs/batch/types.js';
import { formatProblems } from '../../rigs/load-rig.js';
import type { BatchState } from '../units/batch-state.js';
import { pendingUnits, type ResumeOptions } from '../units/pending.js';
import { readBatchFile } from './batch-folder.js';
import { readBatchState } from './read-state.js';
import { rollbackBatch, rollbackDue, type RollbackPlan } from './rollback-plan.js';

/** What a run is told of the batch that it goes on with, by `RIG_BATCH` (its folder) and `RIG_BATCH_RUN` (this, as JSON). */
export type BatchRunOptions = ResumeOptions & {
  /** Gives the boards of the wave that missed its threshold back what they held, in place of the programme. */
  rollback?: boolean;
};

/** A run of a batch before it starts. */
export interface BatchRun {
  folder: string;
  /** As this run does it. */
  batch: Batch;
  state: BatchState;
  /** Numbers of the units to be done, in order. */
  pending: number[];
  header: BatchHeader;
  rollback?: RollbackPlan;
}

/** Undefined when the run is not one of a batch. Throws as `planBatchRun` does. */
export async function batchRunOf(env: NodeJS.ProcessEnv): Promise<BatchRun | undefined> {
  const folder = env['RIG_BATCH'];
  if (folder === undefined || folder === '') return undefined;
  const options = JSON.parse(env['RIG_BATCH_RUN'] ?? '{"mode":"auto"}') as BatchRunOptions;
  return planBatchRun(folder, options, env);
}

/**
 * Reads a batch and its journal and decides what a run of it does; changes nothing. Throws CONFIG_INVALID with every problem of its files, BATCH_CHANGED
 * when what it was begun with has changed, BATCH_EXISTS when it was begun and is to be new, JOURNAL_CORRUPT.
 */
export async function planBatchRun(
  folder: string,
  options: BatchRunOptions,
  env: NodeJS.ProcessEnv,
): Promise<BatchRun> {
  const { order, rigs, specs } = await readBatchFile(folder);
  const [{ batch, problems }, state] = await Promise.all([
    loadBatch(order, { rigs, specs, env }),
    readBatchState(folder),
  ]);
  if (batch === undefined || problems.length > 0)
    throw new RigError('CONFIG_INVALID', `nothing was energised\n${formatProblems(problems)}`);
  const changed = state.header ? changedInputs(state.header.inputs, batch.inputs) : [];
  if (changed.length > 0 && !options.force)
    throw new RigError(
      'BATCH_CHANGED',
      `since ${batch.id} was begun these have changed: ${changed.join(', ')}`,
    );
  if (options.mode === 'new' && state.runs.length > 0)
    throw new RigError('BATCH_EXISTS', `${batch.id} was begun: ${stateText(batch, state)}`);
  const rollback = options.rollback ? rollbackDue(state) : undefined;
  const pending = rollback
    ? rollback.units.map(({ unit }) => unit)
    : options.rollback
      ? []
      : pendingUnits(batch, state, options).units;
  const inHand = pending.filter((unit) => state.units.get(unit)?.inHand !== undefined);
  const run = { folder, batch: rollback ? rollbackBatch(batch, rollback) : batch, state, pending };
  return {
    ...run,
    header: headerOf(batch, { pending: pending.length, inHand, changed }),
    ...(rollback && { rollback }),
  };
}

function headerOf(batch: Batch, found: Pick<BatchHeader, 'pending' | 'inHand' | 'changed'>): BatchHeader {
  const { id, description, strategy, programme, units, range, inputs, notices } = batch;
  const refused = units.flatMap(({ number, serial, refused }) =>
    refused ? [{ unit: number, ...(serial !== undefined && { serial }), ...refused }] : [],
  );
  return {
    id,
    ...(description !== undefined && { description }),
    strategy,
    programme,
    units: units.length,
    ...(range && { range }),
    inputs: Object.fromEntries(inputs.map(({ kind, name, sha256 }) => [`${kind} ${name}`, sha256])),
    notices,
    ...(refused.length > 0 && { refused }),
    ...found,
  };
}

/** `23 of 50 units have a result`. */
function stateText(batch: Batch, state: BatchState): string {
  const done = [...state.units.values()].filter(({ result }) => result !== undefined).length;
  return `${done} of ${batch.units.length} units have a result`;
}

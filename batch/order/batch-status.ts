import { basename, join } from 'node:path';
import { unitsToDo, type GateEvent, type WaveEvent } from '../../core/batch-record.js';
import type { Outcome } from '../../core/outcome.js';
import { journalWriter } from '../journal/journal.js';
import { journalName } from '../projections/run-data.js';
import type { BatchState } from '../units/batch-state.js';
import { batchFolders, readBatchFile } from './batch-folder.js';
import { readBatchState } from './read-state.js';

/** What is known of a batch from outside, by its journal. */
export interface BatchStatus {
  id: string;
  /** Absolute path. */
  folder: string;
  /** `died`: its last run ended without a word; `stopped`: not all has a result, and no run is under way. */
  state: 'created' | 'running' | 'paused' | 'cancelled' | 'died' | 'stopped' | 'complete';
  /** Of the run that is under way. */
  pid?: number;
  /** Units of the whole batch; 0 before its first run. */
  units: number;
  passed: number;
  failed: number;
  errors: number;
  /** Skipped, since the batch cannot bring them to the release. */
  refused: number;
  /** Given back what they held. */
  rolledBack: number;
  /** To be done and without a result. */
  pending: number;
  /** Units whose attempt has no record: under way, or in hand when the run died. */
  inHand: number[];
  waves: WaveEvent[];
  gates: GateEvent[];
  notices: string[];
  createdAt: string;
  startedAt?: string;
  lastAt?: string;
}

/** Reads the journal of a batch, and whether somebody writes it. Throws BATCH_UNKNOWN, JOURNAL_CORRUPT. */
export async function batchStatus(folder: string): Promise<BatchStatus> {
  const { createdAt } = await readBatchFile(folder);
  const [state, writer] = await Promise.all([
    readBatchState(folder),
    journalWriter(join(folder, journalName)),
  ]);
  const units = [...state.units.values()];
  const count = (outcome: Outcome) => units.filter(({ result }) => result?.outcome === outcome).length;
  const [first] = state.runs;
  return {
    // A batch that was put aside is named after its folder.
    id: basename(folder),
    folder,
    state: stateOf(state, writer !== undefined),
    ...(writer && { pid: writer.pid }),
    units: state.header?.units ?? 0,
    passed: count('pass'),
    failed: count('fail'),
    errors: count('error'),
    refused: state.header?.refused?.length ?? 0,
    rolledBack: units.filter(({ isRolledBack }) => isRolledBack).length,
    pending: pendingOf(state),
    inHand: units.filter(({ inHand }) => inHand !== undefined).map(({ unit }) => unit),
    waves: state.waves,
    gates: state.gates,
    notices: state.header?.notices ?? [],
    createdAt,
    ...(first && { startedAt: first.startedAt }),
    ...(state.lastAt !== undefined && { lastAt: state.lastAt }),
  };
}

/** Every batch of a results folder, by id. One whose journal is damaged is left out; `batch status` says why. */
export async function listBatches(results: string): Promise<BatchStatus[]> {
  const listed = await Promise.allSettled((await batchFolders(results)).map(batchStatus));
  return listed.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

function pendingOf({ header, units }: BatchState): number {
  const done = [...units.values()].filter(({ result, isRolledBack }) => result !== undefined || isRolledBack);
  return header ? unitsToDo(header) - done.length : 0;
}

function stateOf(state: BatchState, isLive: boolean): BatchStatus['state'] {
  const { runs, control } = state;
  const last = control?.what;
  if (isLive) return last === 'pause' ? 'paused' : 'running';
  if (runs.length === 0) return 'created';
  if (last === 'cancel') return 'cancelled';
  if (runs.at(-1)?.end === undefined) return 'died';
  return pendingOf(state) <= 0 ? 'complete' : 'stopped';
}

import type { BatchRigOptions } from './batch-rig.js';
import { loadBatchRig } from './batch-rig.js';
import type { Problem } from '../problem.js';
import { readSource, checkSource } from '../checked-file.js';
import type { BatchFile } from './batch-file.js';
import { emptyDraft, type BatchDraft } from './draft.js';
import type { BatchOrder } from './flags.js';
import { readFlags } from './flag-draft.js';
import { readOwnBatch } from './formats/own-batch.js';
import { makeBatch } from './make-batch.js';
import type { Batch } from './types.js';

/** A batch, or what is wrong with its files: never both. */
export interface LoadedBatch {
  batch?: Batch;
  problems: Problem[];
}

/**
 * Reads the files of a batch, puts the flags in place of what they say, and resolves all of it: stations, boards, releases, units. Nothing is energised, and
 * whatever a user wrote is a problem with its place, never an exception.
 */
export async function loadBatch(order: BatchOrder, options: BatchRigOptions): Promise<LoadedBatch> {
  const fromFiles = await readBatchFiles(order.files);
  const draft = withFlags(fromFiles, readFlags(order.flags));
  if (draft.problems.length > 0) return { problems: draft.problems };
  const { stations, problems } = await loadBatchRig(draft, options);
  if (problems.length > 0) return { problems };
  return makeBatch(draft, stations, order.files);
}

async function readBatchFiles(files: readonly string[]): Promise<BatchDraft> {
  const [path] = files;
  if (path === undefined) return emptyDraft();
  const file = await checkSource<BatchFile>('batch', path, await readSource(path));
  const written = file.complete();
  if (written === undefined || file.problems.length > 0) return { ...emptyDraft(), problems: file.problems };
  return readOwnBatch(file, written);
}

function withFlags(draft: BatchDraft, flags: BatchDraft): BatchDraft {
  const { boardPatches, releasePatches, limits, notices, problems, ...rest } = flags;
  return {
    ...draft,
    ...rest,
    boardPatches: [...draft.boardPatches, ...boardPatches],
    releasePatches: [...draft.releasePatches, ...releasePatches],
    limits: { ...draft.limits, ...limits },
    notices: [...draft.notices, ...notices],
    problems: [...draft.problems, ...problems],
  };
}

import { suggestion } from '../../core/nearest-name.js';
import { namesIn } from '../rig-library.js';
import { readBatchFiles } from './batch-files.js';
import { loadBatchRig, type BatchRigOptions } from './batch-rig.js';
import type { BatchOrder } from './flags.js';
import { readFlags } from './flag-draft.js';
import { makeBatch } from './make-batch.js';
import { flagsOver } from './merge-drafts.js';
import type { Problem } from '../problem.js';
import type { Said } from './said.js';
import type { Batch } from './types.js';

export type { BatchRigOptions } from './batch-rig.js';

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
  const draft = flagsOver(fromFiles, readFlags(order.flags, fromFiles));
  draft.problems.push(...(await programmeProblems(draft.programme, options.specs)));
  if (draft.problems.length > 0) return { problems: once(draft.problems) };
  const rig = await loadBatchRig(draft, options);
  if (rig.problems.length > 0) return { problems: once(rig.problems) };
  return makeBatch(draft, rig, order.files);
}

async function programmeProblems(programme: Said<string> | undefined, specs: string): Promise<Problem[]> {
  if (programme === undefined) return [];
  const known = await namesIn(specs, '.spec.ts');
  if (known.includes(programme.value)) return [];
  const { value } = programme;
  return [
    programme.problem(`there is no spec "${value}" (specs/${value}.spec.ts); ${suggestion(value, known)}`),
  ];
}

/** What several slots or stations have in common is said once. */
function once(problems: readonly Problem[]): Problem[] {
  const texts = problems.map(({ file, line, column, path, what }) =>
    [file, line, column, path, what].join('\n'),
  );
  return problems.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

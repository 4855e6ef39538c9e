import { unitsToDo } from '../../core/batch-record.js';
import type { BatchDraft } from './draft.js';
import type { Batch } from './types.js';

/** What a batch says and has nothing to act on, by where it is said: whoever wrote it is not to believe that it holds. */
export function idleNotices(draft: BatchDraft, batch: Batch): string[] {
  return [...waveNotices(draft, batch), ...swapNotices(draft, batch), ...gateNotices(draft, batch)];
}

function waveNotices(
  { successThreshold, rollbackWave, boardPatches }: BatchDraft,
  { strategy }: Batch,
): string[] {
  if (strategy === 'gradual') return [];
  const isJudged = `waves are judged in the strategy gradual only, and this batch is ${strategy}`;
  // In batch.yaml the same key is about each board by itself, too.
  const hasOtherUse = boardPatches.some(({ from }) => from.where === rollbackWave?.where);
  return [
    ...(successThreshold ? [`${successThreshold.where}: ${isJudged}`] : []),
    ...(rollbackWave?.value === true && !hasOtherUse ? [`${rollbackWave.where}: ${isJudged}`] : []),
  ];
}

function swapNotices({ swap }: BatchDraft, { swap: { detect, by } }: Batch): string[] {
  if (swap === undefined || detect !== 'none') return [];
  const isWaiting = by === 'panel' || swap.value.waitSeconds !== undefined;
  return isWaiting ? [`${swap.where}: detect is none, so no board is waited for`] : [];
}

/** A gate that so few units cannot miss leaves nothing that they are judged by. */
function gateNotices({ gates = [] }: BatchDraft, batch: Batch): string[] {
  const refused = batch.units.flatMap(({ number, refused }) =>
    refused ? [{ unit: number, why: '', code: '' }] : [],
  );
  const units = unitsToDo({ units: batch.units.length, ...(batch.range && { range: batch.range }), refused });
  return gates.flatMap(({ value, where }) => {
    const isIdle = (value.kind === 'consecutiveFailures' || value.kind === 'sameCode') && value.count > units;
    return isIdle
      ? [`${where}: ${value.count} failures cannot come together, since ${units} units are to be done`]
      : [];
  });
}

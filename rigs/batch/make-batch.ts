import type { Station } from '../types.js';
import type { BatchDraft } from './draft.js';
import { inputsOf } from './inputs.js';
import type { LoadedBatch } from './load-batch.js';
import type { Batch, BatchLog, BatchUnit, Swap } from './types.js';

const usualLog: BatchLog = { level: 'info', maxBytes: 10_485_760, keep: 5, console: false };

/** The batch that a draft without problems asks for, on its stations. */
export function makeBatch(draft: BatchDraft, stations: Station[], files: string[]): LoadedBatch {
  const slots = stations.flatMap((station) => station.slots);
  const units = unitsOf(draft, slots.length);
  const programme = draft.testMode?.value ? 'detect' : (draft.programme?.value ?? stations[0]?.programme[0]);
  if (programme === undefined) return { problems: [] };
  const batch: Batch = {
    id: draft.id?.value ?? defaultId(draft, programme),
    ...(draft.description && { description: draft.description.value }),
    programme,
    stations,
    units,
    ...(draft.range && { range: draft.range.value }),
    swap: swapOf(draft, units.length, slots.length),
    strategy: draft.strategy?.value ?? 'parallel',
    atOnce: draft.strategy?.value === 'sequential' ? 1 : (draft.atOnce?.value ?? Math.max(1, slots.length)),
    waves: draft.waves?.value ?? { kind: 'fixed', size: 0, factor: 1 },
    successThreshold: draft.successThreshold?.value ?? 100,
    rollbackWave: draft.rollbackWave?.value ?? false,
    retries: draft.retries?.value ?? 0,
    gates: (draft.gates ?? []).map(({ value }) => value),
    checkpoints: draft.checkpoints?.value ?? {},
    log: { ...usualLog, ...draft.log?.value },
    ...(draft.job && { job: draft.job.value }),
    inputs: [],
    notices: draft.notices,
    files,
  };
  return { batch: { ...batch, inputs: inputsOf(batch) }, problems: [] };
}

function unitsOf(draft: BatchDraft, slots: number): BatchUnit[] {
  return Array.from({ length: draft.count?.value ?? slots }, (_, index) => ({ number: index + 1 }));
}

function swapOf({ swap }: BatchDraft, units: number, slots: number): Swap {
  const usual: Swap = { by: 'slot', detect: units > slots ? 'identity' : 'none', everySeconds: 1 };
  return { ...usual, ...swap?.value };
}

/** A batch of flags alone is named after what it does where. */
function defaultId({ stations }: BatchDraft, programme: string): string {
  return [programme, ...(stations ?? []).map(({ value }) => value)].join('-').slice(0, 80);
}

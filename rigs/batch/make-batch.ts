import type { Problem } from '../problem.js';
import type { Station } from '../types.js';
import { checkBatch } from './batch-checks.js';
import { idleNotices } from './idle-notices.js';
import { logProblems } from './log-checks.js';
import type { BatchRig } from './batch-rig.js';
import type { BatchDraft } from './draft.js';
import { inputsOf } from './inputs.js';
import { placeText } from './slot-at.js';
import type { Batch, BatchLog, BatchUnit, Swap } from './types.js';
import { plainMac, readUnitList } from './unit-list.js';

const usualLog: BatchLog = { level: 'info', maxBytes: 10_485_760, keep: 5, console: false };

/** The batch that a draft asks for on its stations, or why it is none. */
export async function makeBatch(
  draft: BatchDraft,
  rig: BatchRig,
  files: string[],
): Promise<{ batch?: Batch; problems: Problem[] }> {
  const { stations, notices } = rig;
  const slots = stations.flatMap((station) => station.slots);
  const listed = draft.list && (await readUnitList(draft.list, stations));
  const units = listed?.units ?? placedUnits(draft, rig) ?? countedUnits(draft.count?.value ?? slots.length);
  const strategy = draft.strategy?.value ?? 'parallel';
  const programme = programmeOf(draft, stations);
  const most = Math.min(draft.atOnce?.value ?? Infinity, Math.max(1, slots.length));
  const batch: Batch = {
    id: draft.id?.value ?? defaultId(draft, programme),
    ...(draft.description && { description: draft.description.value }),
    programme,
    stations,
    units,
    ...(draft.range && { range: draft.range.value }),
    swap: swapOf(draft, units.length, slots.length),
    strategy,
    atOnce: strategy === 'sequential' ? 1 : most,
    waves: draft.waves?.value ?? { kind: 'fixed', size: 0, factor: 1 },
    successThreshold: draft.successThreshold?.value ?? 100,
    rollbackWave: strategy === 'gradual' && draft.rollbackWave?.value === true,
    retries: draft.retries?.value ?? 0,
    gates: (draft.gates ?? []).map(({ value }) => value),
    checkpoints: draft.checkpoints?.value ?? {},
    log: { ...usualLog, ...draft.log?.value },
    ...(draft.job && { job: draft.job.value }),
    inputs: [],
    notices: [...draft.notices, ...notices, ...(listed?.notices ?? [])],
    files,
  };
  const problems = [
    ...(listed?.problems ?? []),
    ...(listed?.problems.length ? [] : checkBatch(draft, batch)),
    ...(await logProblems(draft, batch)),
  ];
  if (problems.length > 0) return { problems };
  const inputs = inputsOf(batch, draft.list?.value);
  return { batch: { ...batch, inputs, notices: [...batch.notices, ...idleNotices(draft, batch)] }, problems };
}

function countedUnits(count: number): BatchUnit[] {
  return Array.from({ length: count }, (_, index) => ({ number: index + 1 }));
}

function placedUnits({ places }: BatchDraft, rig: BatchRig): BatchUnit[] | undefined {
  return places?.map((place, index): BatchUnit => {
    const at = rig.places.get(place);
    return {
      number: index + 1,
      ...(place.serial !== undefined && { serial: place.serial }),
      ...(place.mac !== undefined && { mac: plainMac(place.mac) }),
      ...(at !== undefined && 'slot' in at && { place: at }),
      ...(at !== undefined &&
        'refused' in at && {
          values: { port: placeText(place.at.value) },
          refused: { code: 'WRONG_CHIP', why: at.refused },
        }),
    };
  });
}

/** What the first station does, where nothing is said; that all do it is checked. */
function programmeOf({ testMode, programme, job }: BatchDraft, stations: readonly Station[]): string {
  if (testMode?.value === true) return 'detect';
  if (programme !== undefined) return programme.value;
  return job === undefined ? (stations[0]?.programme[0] ?? 'bring-up') : 'job';
}

function swapOf({ swap, places }: BatchDraft, units: number, slots: number): Swap {
  const comeAndGo = places === undefined && units > slots;
  return { by: 'slot', detect: comeAndGo ? 'identity' : 'none', everySeconds: 1, ...swap?.value };
}

/** A batch of flags alone is named after what it does where. */
function defaultId({ stations }: BatchDraft, programme: string): string {
  return [programme, ...(stations ?? []).map(({ value }) => value)].join('-').slice(0, 80);
}

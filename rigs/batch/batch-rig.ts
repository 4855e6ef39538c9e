import { suggestion } from '../../core/nearest-name.js';
import type { CheckedFile } from '../checked-file.js';
import { jobStation } from './job-station.js';
import { loadRig, stationNames, type RigFiles } from '../load-rig.js';
import type { Problem } from '../problem.js';
import type { StationFile } from '../rig-files.js';
import type { Station } from '../types.js';
import { batchLibrary } from './batch-library.js';
import type { BatchDraft, PlaceDraft } from './draft.js';
import { firmwareChoices } from './firmware-choice.js';
import { madeUpStations } from './made-up-station.js';
import { patchedFile, type Patch } from './patched-file.js';
import { placePlaces, type Placed } from './place-units.js';
import { powerPinPatch, type UsedSlot } from './power-pin.js';
import { stationPatches } from './station-patches.js';

export interface BatchRigOptions {
  /** Folder of the station files. */
  rigs: string;
  /** Folder of the specs. */
  specs: string;
  env: NodeJS.ProcessEnv;
}

/** The stations of a batch, and where each of its places is among them. */
export interface BatchRig {
  stations: Station[];
  places: Map<PlaceDraft, Placed>;
  notices: string[];
  problems: Problem[];
}

/**
 * The stations of a batch, with everything that the batch says in place of their files. Places that a station file names are that station's slots, with their
 * lines, meter and board; all others are slots of stations that are made up for them.
 */
export async function loadBatchRig(
  draft: BatchDraft,
  { rigs, specs, env }: BatchRigOptions,
): Promise<BatchRig> {
  if (draft.job !== undefined && draft.places !== undefined) {
    const job = jobStation(draft, env, stationNames(rigs));
    return { stations: job.station ? [job.station] : [], notices: [], ...job };
  }
  const report = { problems: [] as Problem[], notices: new Set<string>() };
  let places = new Map<PlaceDraft, Placed>();
  const adapt = async ({ files, library: opened }: RigFiles) => {
    const library = batchLibrary(opened, draft.releasePatches, report.notices);
    const firmware = firmwareChoices(library, report);
    const context = { draft, files, library, firmware, ...report };
    const changes = new Map<CheckedFile<StationFile>, Patch[]>();
    for (const file of wantedStations(draft, files, report.problems))
      changes.set(file, await stationPatches(file, context));
    const placed = await placePlaces(context);
    places = placed.places;
    for (const [file, patches] of placed.patches)
      changes.set(file, [...(changes.get(file) ?? []), ...patches]);
    const made = await madeUpStations(placed.loose, context);
    for (const [place, at] of made.places) places.set(place, at);
    const pin = draft.powerPin;
    const power = pin && powerPinPatch(pin, usedSlots([...changes.keys(), ...made.files], draft, places));
    if (pin && typeof power === 'string') report.problems.push(pin.problem(power));
    const withPower = (file: CheckedFile<StationFile>): CheckedFile<StationFile> => {
      const own = typeof power === 'object' && power.file === file ? power.patches : [];
      return patchedFile(file, [...(changes.get(file) ?? []), ...own]);
    };
    return {
      files: [...files, ...made.files].map(withPower),
      library,
      stations: [...changes.keys(), ...made.files].map(({ name }) => name),
    };
  };
  const { stations, problems } = await loadRig(rigs, { specs, env, adapt });
  return {
    stations: stations.map((station) => withPlacesOnly(station, draft, places)),
    places,
    notices: [...report.notices],
    problems: [...report.problems, ...problems],
  };
}

/** The slots in which units may be. */
function usedSlots(
  files: readonly CheckedFile<StationFile>[],
  draft: BatchDraft,
  places: ReadonlyMap<PlaceDraft, Placed>,
): UsedSlot[] {
  const isUsed = (file: CheckedFile<StationFile>, id: string | undefined): boolean =>
    draft.places === undefined ||
    [...places.values()].some((at) => 'slot' in at && at.station === file.name && at.slot === id);
  return files.flatMap((file) =>
    (file.values.slots ?? []).flatMap((slot, index) => (isUsed(file, slot?.id) ? { file, index } : [])),
  );
}

function wantedStations(
  { stations, places }: BatchDraft,
  files: readonly CheckedFile<StationFile>[],
  problems: Problem[],
): CheckedFile<StationFile>[] {
  if (stations === undefined) return places === undefined ? [...files] : [];
  const names = files.map(({ name }) => name);
  return stations.flatMap((station) => {
    const file = files.find(({ name }) => name === station.value);
    const what = `there is no station "${station.value}"; ${suggestion(station.value, names)}`;
    if (file === undefined) problems.push(station.problem(what));
    return file ?? [];
  });
}

/** Where units have places, only the slots in which one stands. */
function withPlacesOnly(
  station: Station,
  draft: BatchDraft,
  places: ReadonlyMap<PlaceDraft, Placed>,
): Station {
  if (draft.places === undefined) return station;
  const ids = [...places.values()].flatMap((at) =>
    'slot' in at && at.station === station.name ? at.slot : [],
  );
  return { ...station, slots: station.slots.filter(({ id }) => ids.includes(id)) };
}

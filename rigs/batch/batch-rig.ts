import { suggestion } from '../../core/nearest-name.js';
import type { CheckedFile } from '../checked-file.js';
import { loadRig, type RigFiles } from '../load-rig.js';
import type { Problem } from '../problem.js';
import type { StationFile } from '../rig-files.js';
import type { Station } from '../types.js';
import type { BatchDraft } from './draft.js';
import { batchLibrary, type BatchLibrary } from './batch-library.js';
import { patch, patchedFile, type Patch } from './patched-file.js';
import type { Said } from './said.js';

export interface BatchRigOptions {
  /** Folder of the station files. */
  rigs: string;
  /** Folder of the specs. */
  specs: string;
  env: NodeJS.ProcessEnv;
}

/** The stations of a batch, with everything that the batch says in place of their files. */
export async function loadBatchRig(
  draft: BatchDraft,
  { rigs, specs, env }: BatchRigOptions,
): Promise<{ stations: Station[]; problems: Problem[] }> {
  const found: Problem[] = [];
  const adapt = async ({ files, library }: RigFiles) => {
    const own = batchLibrary(library, draft.releasePatches);
    const wanted = wantedStations(draft, files, found);
    const changed = files.map((file) =>
      wanted.includes(file) ? patchedFile(file, stationPatches(draft, file, own, found)) : file,
    );
    return { files: changed, library: own, stations: wanted.map(({ name }) => name) };
  };
  const { stations, problems } = await loadRig(rigs, { specs, env, adapt });
  return { stations, problems: [...found, ...problems] };
}

function wantedStations(
  draft: BatchDraft,
  files: readonly CheckedFile<StationFile>[],
  problems: Problem[],
): CheckedFile<StationFile>[] {
  if (draft.stations === undefined) return [...files];
  const names = files.map(({ name }) => name);
  return draft.stations.flatMap((station) => {
    const file = files.find(({ name }) => name === station.value);
    if (file === undefined)
      problems.push(
        station.problem(`there is no station "${station.value}"; ${suggestion(station.value, names)}`),
      );
    return file ?? [];
  });
}

/** What the batch says of every slot of a station. */
function stationPatches(
  draft: BatchDraft,
  { values }: CheckedFile<StationFile>,
  library: BatchLibrary,
  problems: Problem[],
): Patch[] {
  const { board, firmware, boardPatches } = draft;
  const release = releaseOf(firmware, library, problems);
  const boardOf = (name: string | undefined): { key: string; from: Said<unknown> } | undefined => {
    const [first] = boardPatches;
    const named = board?.value ?? name;
    const from = board ?? first?.from;
    return named === undefined || from === undefined
      ? undefined
      : { key: library.boardWith(named, boardPatches), from };
  };
  if (board !== undefined && !library.boards.includes(board.value)) {
    problems.push(
      board.problem(
        `there is no board "${board.value}" (boards/${board.value}.yaml); ${suggestion(board.value, library.boards)}`,
      ),
    );
    return [];
  }
  const ofStation = boardOf(values.board);
  return [
    ...patch(['board'], ofStation?.from, ofStation?.key),
    ...patch(['release'], release),
    ...(values.slots ?? []).flatMap((slot, index) => {
      if (slot === undefined) return [];
      const ofSlot = slot.board === undefined ? undefined : boardOf(slot.board);
      return [
        ...patch(['slots', index, 'board'], ofSlot?.from, ofSlot?.key),
        ...(slot.release === undefined ? [] : patch(['slots', index, 'release'], release)),
      ];
    }),
  ];
}

function releaseOf(
  firmware: BatchDraft['firmware'],
  { releases }: BatchLibrary,
  problems: Problem[],
): Said<string> | undefined {
  if (firmware === undefined || !('release' in firmware.value)) return undefined;
  const { release } = firmware.value;
  if (releases.includes(release)) return { ...firmware, value: release };
  problems.push(
    firmware.problem(
      `there is no release "${release}" (releases/${release}.yaml); ${suggestion(release, releases)}`,
    ),
  );
  return undefined;
}

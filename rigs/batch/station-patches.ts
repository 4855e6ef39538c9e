import { suggestion } from '../../core/nearest-name.js';
import type { CheckedFile } from '../checked-file.js';
import type { Problem } from '../problem.js';
import type { StationFile } from '../rig-files.js';
import type { BatchLibrary } from './batch-library.js';
import type { BatchDraft } from './draft.js';
import type { FirmwareChoices } from './firmware-choice.js';
import { patch, type Patch } from './patched-file.js';

/** What the parts that look up a draft's names share. */
export interface BatchContext {
  draft: BatchDraft;
  /** Every station file of the rig, as it is written. */
  files: readonly CheckedFile<StationFile>[];
  library: BatchLibrary;
  firmware: FirmwareChoices;
  problems: Problem[];
  notices: Set<string>;
}

/** What the batch says of every slot of a station: board, limits, release. */
export async function stationPatches(
  { values }: CheckedFile<StationFile>,
  context: BatchContext,
): Promise<Patch[]> {
  const { draft } = context;
  const whole = [...draft.stationPatches, ...(await slotPatches([], values.board, context))];
  const slots = (values.slots ?? []).map(async (slot, index) => {
    if (slot === undefined) return [];
    const here = ['slots', index];
    // The batch's release is for all slots, each with its own chip.
    const ofSlot = draft.slotPatches.map((each) => ({ ...each, path: [...here, ...each.path] }));
    const isOwn =
      draft.board !== undefined ||
      slot.board !== undefined ||
      slot.release !== undefined ||
      draft.firmware !== undefined;
    const named = isOwn ? await slotPatches(here, slot.board ?? values.board, context) : [];
    return [...ofSlot, ...named];
  });
  return [...whole, ...(await Promise.all(slots)).flat()];
}

/** Board and release of one slot, or of a whole station, at its place in the file. */
async function slotPatches(
  here: (string | number)[],
  boardName: string | undefined,
  context: BatchContext,
): Promise<Patch[]> {
  const { draft, library, firmware, problems } = context;
  const name = draft.board?.value ?? boardName;
  const from = draft.board ?? draft.boardPatches[0]?.from;
  if (name === undefined) return [];
  if (!library.boards.includes(name)) {
    // A board that the station file names wrongly is reported there.
    if (draft.board === undefined) return [];
    const what = `there is no board "${name}" (boards/${name}.yaml); ${suggestion(name, library.boards)}`;
    const isNew = !problems.some((problem) => problem.what === what);
    if (isNew) problems.push(draft.board.problem(what));
    return [];
  }
  const key = library.boardWith(name, draft.boardPatches);
  const isUnchanged = key === boardName && draft.board === undefined;
  const boardPatch = isUnchanged ? [] : patch([...here, 'board'], from, key);
  const board = await library.board(key);
  if (draft.firmware === undefined || board === undefined) return boardPatch;
  const chosen = await firmware.choose(draft.firmware, board);
  if (chosen === undefined) return boardPatch;
  if ('release' in chosen)
    return [...boardPatch, ...patch([...here, 'release'], draft.firmware, chosen.release)];
  const what = `${chosen.misfit}, which board ${name} has; name firmware for it, or stations with boards that it fits`;
  const isNew = !problems.some((problem) => problem.what === what);
  // The station's own board may be that of no slot.
  if (isNew && here.length > 0) problems.push(draft.firmware.problem(what));
  return boardPatch;
}

import type { CheckedFile } from '../checked-file.js';
import type { BoardFile, StationFile } from '../rig-files.js';
import { boardAt, boardsOfKind, chipNamed, unknownKind } from './board-choice.js';
import type { PlaceDraft } from './draft.js';
import { patch, type Patch } from './patched-file.js';
import { placeText, slotAt } from './slot-at.js';
import type { BatchContext } from './station-patches.js';

/** Where a unit stands, or why it gets nothing. */
export type Placed = { station: string; slot: string } | { refused: string };

/** A place that no station file names, with what it will hold. */
export interface LoosePlace {
  place: PlaceDraft;
  /** Keys in the library. */
  board: string;
  release: string;
}

export interface PlacedUnits {
  places: Map<PlaceDraft, Placed>;
  patches: Map<CheckedFile<StationFile>, Patch[]>;
  loose: LoosePlace[];
}

/** Finds for each place of the draft the slot, the board and the release. */
export async function placePlaces(context: BatchContext): Promise<PlacedUnits> {
  const { draft, files, problems } = context;
  const found: PlacedUnits = { places: new Map(), patches: new Map(), loose: [] };
  const seen = new Map<string, PlaceDraft>();
  for (const place of draft.places ?? []) {
    const text = placeText(place.at.value);
    const earlier = seen.get(text);
    if (earlier !== undefined) {
      const { line } = earlier.at.problem('');
      problems.push(
        place.at.problem(`${text} is already the place of line ${line}; each unit needs one of its own`),
      );
      continue;
    }
    seen.set(text, place);
    const refused = await misfitOf(place, context);
    if (refused !== undefined) {
      found.places.set(place, { refused });
      continue;
    }
    const slot = slotAt(place.at.value, files);
    const written = slot?.file.values.slots?.[slot.index];
    const board =
      slot === undefined
        ? await looseBoard(place, context)
        : await slotBoard(
            place,
            written?.board ?? slot.file.values.board,
            `${slot.id} of ${slot.file.name}`,
            context,
          );
    if (board === undefined) continue;
    const patches = [...draft.boardPatches, ...place.boardPatches];
    const key = context.library.boardWith(board.name, patches);
    const patched = (await context.library.board(key)) ?? board;
    const firmware = place.firmware ?? draft.firmware;
    if (firmware === undefined && slot === undefined) {
      problems.push(place.at.problem(`no firmware is named for ${text}; name a release or a file`));
      continue;
    }
    const chosen = firmware && (await context.firmware.choose(firmware, patched));
    if (firmware !== undefined && chosen === undefined) continue;
    if (chosen !== undefined && 'misfit' in chosen) {
      found.places.set(place, { refused: chosen.misfit });
      continue;
    }
    if (slot === undefined) {
      found.loose.push({ place, board: key, release: chosen?.release ?? '' });
      continue;
    }
    const here = ['slots', slot.index];
    const own = written?.board ?? slot.file.values.board;
    found.patches.set(slot.file, [
      ...(found.patches.get(slot.file) ?? draft.stationPatches),
      ...(key === own ? [] : patch([...here, 'board'], place.at, key)),
      ...(firmware === undefined ? [] : patch([...here, 'release'], firmware, chosen?.release)),
      ...[...draft.slotPatches, ...place.slotPatches].map((each) => ({
        ...each,
        path: [...here, ...each.path],
      })),
    ]);
    found.places.set(place, { station: slot.file.name, slot: slot.id });
    const { station } = place;
    if (station !== undefined && station.value !== slot.file.name)
      context.notices.add(
        `${station.where} ${station.value}: ${text} is ${slot.id} of ${slot.file.name}, whose name counts`,
      );
  }
  return found;
}

/** A target of a kind that the firmware is not for is skipped, whether the rig has a board of that kind or not. */
async function misfitOf(
  { kind, firmware: own }: PlaceDraft,
  { draft, library, firmware }: BatchContext,
): Promise<string | undefined> {
  const wanted = own ?? draft.firmware;
  if (kind === undefined || wanted === undefined) return undefined;
  const boards = await boardsOfKind(kind.value, library);
  const chip = chipNamed(kind.value) ?? boards?.[0]?.values.chip;
  return chip === undefined ? undefined : firmware.misfit(wanted, chip);
}

/** The board of a slot of the rig, which must be of the kind that the batch says. */
async function slotBoard(
  { kind, at }: PlaceDraft,
  name: string | undefined,
  slot: string,
  { draft, library, problems }: BatchContext,
): Promise<CheckedFile<BoardFile> | undefined> {
  const board = await library.board(draft.board?.value ?? name ?? '');
  // What is wrong with the station file is reported by its own rules.
  if (board === undefined || kind === undefined) return board;
  const boards = await boardsOfKind(kind.value, library);
  const isOfKind = boards?.some((each) => each.name === board.name || each.values.chip === board.values.chip);
  if (isOfKind) return board;
  const what =
    boards === undefined
      ? unknownKind(kind.value, library, [])
      : `is "${kind.value}", but ${placeText(at.value)} is ${slot}, where board ${board.name} stands (${board.values.chip}); correct one of the two`;
  problems.push(kind.problem(what));
  return undefined;
}

/** The board at a place that no station file names: the batch's own, that of the kind, or the one that the firmware is for. */
async function looseBoard(
  place: PlaceDraft,
  { draft, library, firmware, problems }: BatchContext,
): Promise<CheckedFile<BoardFile> | undefined> {
  const { kind, at, firmware: own } = place;
  if (draft.board !== undefined) return library.board(draft.board.value);
  const wanted = own ?? draft.firmware;
  const chips = kind === undefined && wanted !== undefined ? await firmware.chipsOf(wanted) : [];
  const names = kind === undefined ? chips : [kind.value];
  const found = (await Promise.all(names.map((name) => boardsOfKind(name, library)))).map(
    (boards) => boards ?? [],
  );
  const said = kind ?? at;
  if (kind !== undefined && (await boardsOfKind(kind.value, library)) === undefined) {
    problems.push(said.problem(unknownKind(kind.value, library, [])));
    return undefined;
  }
  const board = boardAt(at.value, names.join(' or ') || 'of the firmware', found.flat());
  if (typeof board !== 'string') return board;
  problems.push(said.problem(board));
  return undefined;
}

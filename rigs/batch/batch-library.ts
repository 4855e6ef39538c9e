import { backupMisfit, checkBoard } from '../board-rules.js';
import type { CheckedFile } from '../checked-file.js';
import type { LoadedRelease } from '../fit-rules.js';
import type { BoardFile } from '../rig-files.js';
import type { RigLibrary } from '../rig-library.js';
import { patchedFile, type Patch } from './patched-file.js';

/** A rig's library with the boards and releases that a batch makes of its own: files refer to them by keys, records see their names. */
export interface BatchLibrary extends RigLibrary {
  /** The key of a board with values of the batch in place of its own. */
  boardWith(name: string, patches: readonly Patch[]): string;
  /** Takes a release that no file holds; its key is its name. */
  addRelease(key: string, release: LoadedRelease): void;
  /** Keys of the releases that were added. */
  madeReleases(): string[];
}

export function batchLibrary(
  library: RigLibrary,
  releasePatches: readonly Patch[],
  notices: Set<string>,
): BatchLibrary {
  const boards = new Map<string, { name: string; patches: readonly Patch[] }>();
  const keys = new Map<string, string>();
  const made = new Map<string, Promise<CheckedFile<BoardFile> | undefined>>();
  const added = new Map<string, LoadedRelease>();
  const patchedReleases = new Map<string, LoadedRelease>();
  const patchedBoard = async (key: string): Promise<CheckedFile<BoardFile> | undefined> => {
    const variant = boards.get(key);
    const file = await library.board(variant?.name ?? key);
    if (file === undefined || variant === undefined) return file;
    const patched = patchedFile(file, possible(variant.patches, file, notices));
    // What was wrong before the change was said already.
    const before = patched.problems.splice(0);
    await checkBoard(patched);
    const said = new Set(before.map(({ what }) => what));
    const further = patched.problems.filter(({ what }) => !said.has(what));
    patched.problems.splice(0, Infinity, ...before, ...further);
    return patched;
  };
  return {
    ...library,
    board: (key) => {
      const earlier = made.get(key);
      if (earlier !== undefined) return earlier;
      const reading = patchedBoard(key);
      made.set(key, reading);
      return reading;
    },
    release: async (key) => {
      const found = added.get(key) ?? (await library.release(key));
      if (found === undefined || releasePatches.length === 0) return found;
      const patched = patchedReleases.get(key) ?? { ...found, file: patchedFile(found.file, releasePatches) };
      patchedReleases.set(key, patched);
      return patched;
    },
    boardWith: (name, patches) => {
      if (patches.length === 0) return name;
      const said = `${name} ${JSON.stringify(patches.map(({ path, value }) => [path, value]))}`;
      const key = keys.get(said) ?? `${name}..${keys.size + 1}`;
      keys.set(said, key);
      boards.set(key, { name, patches });
      return key;
    },
    addRelease: (key, release) => void added.set(key, release),
    madeReleases: () => [...added.keys()],
  };
}

/** What a batch asks of every board, without the backup where a board's driver cannot read it. */
function possible(
  patches: readonly Patch[],
  file: CheckedFile<BoardFile>,
  notices: Set<string>,
): readonly Patch[] {
  const { driver } = file.values.flash ?? {};
  const why = driver && backupMisfit(driver, patchedFile(file, patches));
  if (why === undefined) return patches;
  for (const { from } of patches.filter(({ isOptional }) => isOptional))
    notices.add(
      `${from.where}: the driver ${driver} of board ${file.name} cannot read a flash, so there is no backup of it and nothing is rolled back`,
    );
  return patches.filter(({ isOptional }) => isOptional !== true);
}

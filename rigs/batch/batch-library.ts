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
}

export function batchLibrary(library: RigLibrary, releasePatches: readonly Patch[]): BatchLibrary {
  const boards = new Map<string, { name: string; patches: readonly Patch[] }>();
  const made = new Map<string, Promise<CheckedFile<BoardFile> | undefined>>();
  const releases = new Map<string, LoadedRelease>();
  const patchedBoard = async (key: string): Promise<CheckedFile<BoardFile> | undefined> => {
    const variant = boards.get(key);
    const file = await library.board(variant?.name ?? key);
    if (file === undefined || variant === undefined) return file;
    const patched = patchedFile(file, variant.patches);
    const { checkBoard } = await import('../board-rules.js');
    // What was wrong before the change was said already.
    const before = patched.problems.splice(0);
    checkBoard(patched);
    const said = new Set(before.map(({ what }) => what));
    const added = patched.problems.filter(({ what }) => !said.has(what));
    patched.problems.splice(0, Infinity, ...before, ...added);
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
      const found = releases.get(key) ?? (await library.release(key));
      if (found === undefined || releasePatches.length === 0) return found;
      const patched = { ...found, file: patchedFile(found.file, releasePatches) };
      releases.set(key, patched);
      return patched;
    },
    boardWith: (name, patches) => {
      if (patches.length === 0) return name;
      const key = `${name} with ${JSON.stringify(patches.map(({ path, value }) => [path, value]))}`;
      boards.set(key, { name, patches });
      return key;
    },
    addRelease: (key, release) => void releases.set(key, release),
  };
}

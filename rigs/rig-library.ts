import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkBoard } from './board-rules.js';
import { readCheckedFile, type CheckedFile } from './checked-file.js';
import type { LoadedRelease } from './fit-rules.js';
import { checkRelease } from './release-rules.js';
import type { BoardFile, ReleaseFile } from './rig-files.js';

/** The boards and releases of a rig; each file is read and checked once, however many slots use it. */
export interface RigLibrary {
  /** Names of the files that there are. */
  boards: readonly string[];
  releases: readonly string[];
  /** Undefined when there is no such file. */
  board(name: string): Promise<CheckedFile<BoardFile> | undefined>;
  release(name: string): Promise<LoadedRelease | undefined>;
}

export async function openLibrary(folder: string): Promise<RigLibrary> {
  const [boards, releases] = await Promise.all([
    namesIn(join(folder, 'boards'), '.yaml'),
    namesIn(join(folder, 'releases'), '.yaml'),
  ]);
  const board = async (name: string) => {
    const file = await readCheckedFile<BoardFile>('board', join(folder, 'boards', `${name}.yaml`));
    await checkBoard(file);
    return file;
  };
  const release = async (name: string) => {
    const file = await readCheckedFile<ReleaseFile>('release', join(folder, 'releases', `${name}.yaml`));
    return { file, images: await checkRelease(file) };
  };
  return { boards, releases, board: onceEach(boards, board), release: onceEach(releases, release) };
}

/** Names of the files in a folder that end so, without that ending, sorted; none when there is no such folder. */
export async function namesIn(folder: string, ending: string): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(ending) && !entry.startsWith('.'))
    .map((entry) => entry.slice(0, -ending.length))
    .sort();
}

function onceEach<T>(
  known: readonly string[],
  read: (name: string) => Promise<T>,
): (name: string) => Promise<T | undefined> {
  const found = new Map<string, Promise<T>>();
  return async (name) => {
    if (!known.includes(name)) return undefined;
    const earlier = found.get(name);
    if (earlier !== undefined) return earlier;
    const reading = read(name);
    found.set(name, reading);
    return reading;
  };
}

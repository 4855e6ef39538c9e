import type { CheckedFile } from './checked-file.js';
import { checkFit, type LoadedRelease } from './fit-rules.js';
import { checkSlots } from './slot-rules.js';
import { suggestion } from '../core/nearest-name.js';
import type { Problem } from './problem.js';
import { resolveStation } from './resolve-station.js';
import type { BoardFile, StationFile } from './rig-files.js';
import type { RigLibrary } from './rig-library.js';
import type { Station } from './types.js';
import type { ValuePath } from './yaml-source.js';

type File = CheckedFile<StationFile>;

/** A name in the station file that stands for a file. */
interface Reference {
  name: string;
  path: ValuePath;
}

/**
 * Follows a station's references, checks that what they lead to fits together, and resolves the station when nothing is wrong. Every
 * problem carries the station's name; `extra` ones count as its own.
 */
export async function loadStation(
  file: File,
  library: RigLibrary,
  extra: readonly Problem[],
  env: NodeJS.ProcessEnv,
): Promise<{ station?: Station; problems: Problem[] }> {
  const boards = new Map<string, CheckedFile<BoardFile>>();
  const releases = new Map<string, LoadedRelease>();
  for (const { name, path } of referencesOf(file, 'board')) {
    const board = await library.board(name);
    if (board) boards.set(name, board);
    else
      file.report(
        path,
        `there is no board "${name}" (boards/${name}.yaml); ${suggestion(name, library.boards)}`,
      );
  }
  for (const { name, path } of referencesOf(file, 'release')) {
    const release = await library.release(name);
    if (release) releases.set(name, release);
    else
      file.report(
        path,
        `there is no release "${name}" (releases/${name}.yaml); ${suggestion(name, library.releases)}`,
      );
  }
  const problems = [
    ...(await checkPairs(file, boards, releases)),
    ...checkSlots(file, boards),
    ...file.problems,
    ...[...boards.values()].flatMap((board) => board.problems),
    ...[...releases.values()].flatMap((release) => release.file.problems),
    ...extra,
  ].map((problem) => ({ ...problem, station: file.name }));
  if (problems.length > 0) return { problems };
  return { station: resolveStation(file, boards, releases, env), problems };
}

/** The names that the file gives for a kind of file, each once with the first place that gives it. */
function referencesOf(file: File, kind: 'board' | 'release'): Reference[] {
  const { slots } = file.values;
  const all: { name: string | undefined; path: ValuePath }[] = [
    { name: file.values[kind], path: [kind] },
    ...(slots ?? []).map((slot, index) => ({ name: slot?.[kind], path: ['slots', index, kind] })),
  ];
  return all.flatMap(({ name, path }, index) => {
    const isFirst = all.findIndex((other) => other.name === name) === index;
    return name !== undefined && isFirst ? [{ name, path }] : [];
  });
}

/** Every board with every release that it meets in a slot: reports a chip that differs, returns what does not fit. */
async function checkPairs(
  file: File,
  boards: ReadonlyMap<string, CheckedFile<BoardFile>>,
  releases: ReadonlyMap<string, LoadedRelease>,
): Promise<Problem[]> {
  const seen = new Set<string>();
  const problems = [undefined, ...(file.values.slots ?? [])].map(async (slot, position, all) => {
    const board = boards.get(slot?.board ?? file.values.board ?? '');
    const release = releases.get(slot?.release ?? file.values.release ?? '');
    const unusedDefault = slot === undefined && all.length > 1;
    if (board === undefined || release === undefined || unusedDefault) return [];
    const key = `${board.name} ${release.file.name}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const kind = slot?.board !== undefined && slot.release === undefined ? 'board' : 'release';
    const path = slot?.[kind] === undefined ? [kind] : ['slots', position - 1, kind];
    return [...chipProblem(file, path, board, release), ...(await checkFit(release, board))];
  });
  return (await Promise.all(problems)).flat();
}

function chipProblem(
  file: File,
  path: ValuePath,
  board: CheckedFile<BoardFile>,
  release: LoadedRelease,
): Problem[] {
  const [fitted, wanted] = [board.values.chip, release.file.values.chip];
  const isDoubtful = board.problems.some(({ path }) => path === 'chip');
  if (fitted === undefined || wanted === undefined || fitted === wanted || isDoubtful) return [];
  const what = `release ${release.file.name} is for ${wanted}, but board ${board.name} has ${fitted}; choose a release for ${fitted}, or the board that is really in the slot`;
  return [file.problemAt(path, what)];
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckedFile, type CheckedFile } from './checked-file.js';
import { environmentFaults } from './environment-faults.js';
import { loadStation } from './load-station.js';
import { suggestion } from '../core/nearest-name.js';
import type { Problem } from './problem.js';
import type { StationFile } from './rig-files.js';
import { namesIn, openLibrary, type RigLibrary } from './rig-library.js';
import { checkSharing } from './sharing-rules.js';
import { checkStation, slotIds } from './station-rules.js';
import type { Station } from './types.js';

export { formatProblems, throwProblems, type Problem } from './problem.js';

export interface LoadRigOptions {
  /** Stations that are wanted; every station of the rig unless told. */
  stations?: readonly string[];
  /** Folder of the specs that programmes name; `specs/` beside the rig's folder unless told. */
  specs?: string;
  /** Where RIG_FAULTS is looked up: it takes the place of the faults of virtual stations. Nothing unless told. */
  env?: NodeJS.ProcessEnv;
  /** Other files in place of those that were read, or beside them, before they are checked: a batch has some of its own. */
  adapt?: (read: RigFiles) => Promise<RigFiles & Pick<LoadRigOptions, 'stations'>>;
}

/** The files of a rig. */
export interface RigFiles {
  files: readonly CheckedFile<StationFile>[];
  library: RigLibrary;
}

export interface Rig {
  /** The wanted stations that have no problem, by name. */
  stations: Station[];
  /** Every problem of every wanted station; a station with a problem is not among `stations`. */
  problems: Problem[];
}

/**
 * Reads every station file of a rig with the boards and releases it uses, follows the references and checks all of it: syntax,
 * schemas, and what the files must keep among each other and towards the images. Never throws for what a user wrote; see
 * `throwProblems`. For the main process: workers get their slot from the coordinator.
 */
export async function loadRig(folder: string, options: LoadRigOptions = {}): Promise<Rig> {
  const entries = entriesOf(folder);
  const [opened, specs] = await Promise.all([
    openLibrary(folder),
    namesIn(options.specs ?? join(folder, '..', 'specs'), '.spec.ts'),
  ]);
  const names = stationNames(folder);
  const problems = folderProblems(folder, entries, names, options.stations);
  const read = await Promise.all(
    names.map((name) => readCheckedFile<StationFile>('station', join(folder, `${name}.yaml`))),
  );
  const unchanged = { files: read, library: opened };
  const {
    files,
    library,
    stations: asked,
  } = (await options.adapt?.(unchanged)) ?? { ...unchanged, ...options };
  for (const file of files) checkStation(file, specs, options.env ?? {});
  const between = checkSharing(files);
  const virtual = files.filter((file) => file.values.bench === 'virtual');
  const environment = environmentFaults(options.env ?? {}, virtual.flatMap(slotIds));
  const wanted = files.filter((file) => asked?.includes(file.name) ?? true);
  const stations: Station[] = [];
  for (const file of wanted) {
    const extra = between.filter((problem) => problem.station === file.name);
    if (virtual.includes(file)) extra.push(...environment.problems);
    const loaded = await loadStation(file, library, extra, options.env ?? {});
    problems.push(...loaded.problems);
    if (loaded.station) stations.push(withFaults(loaded.station, environment.faults));
  }
  return { stations, problems };
}

/** Names of the station files in a rig's folder, in the order of their numbers, without reading them. */
export function stationNames(folder: string): string[] {
  return (entriesOf(folder) ?? [])
    .filter((entry) => entry.endsWith('.yaml') && !others.includes(entry))
    .map((entry) => entry.slice(0, -'.yaml'.length))
    .sort((one, two) => one.localeCompare(two, 'en', { numeric: true }));
}

/** Stand among the station files, and are none. */
const others: readonly string[] = ['advisories.yaml', 'retention.yaml'];

/** Undefined when there is no such folder; hidden files are an editor's. */
function entriesOf(folder: string): string[] | undefined {
  try {
    return readdirSync(folder).filter((entry) => !entry.startsWith('.'));
  } catch {
    return undefined;
  }
}

function withFaults(station: Station, faults: Station['faults'] | undefined): Station {
  return station.bench === 'virtual' && faults !== undefined ? { ...station, faults } : station;
}

function folderProblems(
  folder: string,
  entries: readonly string[] | undefined,
  names: readonly string[],
  wanted: readonly string[] | undefined,
): Problem[] {
  const problem = (file: string, what: string): Problem => ({ file, line: 1, column: 1, path: '', what });
  if (entries === undefined) return [problem(folder, 'there is no such folder; station files live in rigs/')];
  const otherEnding = entries.filter((entry) => entry.endsWith('.yml'));
  const problems = otherEnding.map((entry) =>
    problem(join(folder, entry), 'rig files end with .yaml, and this one would not be read; rename it'),
  );
  if (names.length === 0 && otherEnding.length === 0) {
    problems.push(problem(folder, 'there is no station file; write one as docs/rig-files.md shows'));
  }
  for (const name of wanted ?? []) {
    if (!names.includes(name))
      problems.push(
        problem(join(folder, `${name}.yaml`), `there is no station "${name}"; ${suggestion(name, names)}`),
      );
  }
  return problems;
}

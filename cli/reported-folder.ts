import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { RigError } from '../core/errors.js';
import { nearestName } from '../core/nearest-name.js';
import { resultsFolder } from './places.js';

/**
 * The results folder that a person named: a path, the id of a batch or run, or, when nothing is named, that of the newest run. Throws COMMAND_INVALID with
 * the nearest name when there is no such thing.
 */
export function reportedFolder(named: string | undefined): string {
  const results = resultsFolder();
  if (named === undefined) return join(results, 'latest');
  if (existsSync(named)) return resolve(named);
  const ofResults = join(results, named);
  if (existsSync(ofResults)) return ofResults;
  const nearest = nearestName(named, [...namesIn(results), 'rebuild']);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  throw new RigError(
    'COMMAND_INVALID',
    `there is no folder ${named}, and no run or batch of that name in ${results}${hint}`,
  );
}

/** Paths as a person in the current folder writes them, one a line. */
export function pathLines(paths: readonly string[]): string {
  return paths.map((path) => `${relative('.', path)}\n`).join('');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

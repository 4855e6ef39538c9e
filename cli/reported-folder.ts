import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { resultsFolder } from './places.js';

/** The results folder that a person named: a path, the id of a batch or run, or that of the newest run. */
export function reportedFolder(named: string | undefined): string {
  if (named === undefined) return join(resultsFolder(), 'latest');
  const ofResults = join(resultsFolder(), named);
  return !existsSync(named) && existsSync(ofResults) ? ofResults : resolve(named);
}

/** Paths as a person in the current folder writes them, one a line. */
export function pathLines(paths: readonly string[]): string {
  return paths.map((path) => `${relative('.', path)}\n`).join('');
}

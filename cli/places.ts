import { resolve } from 'node:path';

/** Where a command finds and leaves things; absolute paths. */
export interface Places {
  /** Folder of the rig files: `RIG_RIGS`. */
  rigs: string;
  specs: string;
  /** Folder of all results: `RIG_RESULTS`. */
  results: string;
  env: NodeJS.ProcessEnv;
}

export function placesOf(env: NodeJS.ProcessEnv = process.env): Places {
  return { rigs: rigsFolder(env), specs: resolve('specs'), results: resultsFolder(env), env };
}

/** Folder of the rig files: `RIG_RIGS`, else `rigs/` of this project. */
export function rigsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env['RIG_RIGS'] ?? 'rigs');
}

/** Folder of all results: `RIG_RESULTS`, else `results/` of this project. */
export function resultsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env['RIG_RESULTS'] ?? 'results');
}

import { runPlaywright } from '../../batch/run/run-playwright.js';
import { findStation } from '../find-station.js';
import { printJson } from '../output.js';
import { resultsFolder } from '../places.js';
import { plainExitCode, readRunEnd } from './run-end.js';

export interface PlainRunOptions {
  json?: boolean | undefined;
  /** Starts nothing: says what would run. */
  dryRun?: boolean | undefined;
  env?: NodeJS.ProcessEnv;
}

/**
 * `npx playwright test --project=<station> …` with our exit codes; every station of the rig when none is named. Throws CONFIG_INVALID before
 * anything is started.
 */
export async function plainRun(
  names: readonly string[],
  words: readonly string[],
  { json = false, dryRun = false, env = process.env }: PlainRunOptions = {},
): Promise<void> {
  const stations = await Promise.all(names.map((name) => findStation(name)));
  const all = [...names.map((name) => `--project=${name}`), ...words];
  if (dryRun && json) {
    const planned = stations.map(({ name, slots, programme }) => {
      return { station: name, slots: slots.map(({ id }) => id), programme };
    });
    return printJson({ command: ['npx', 'playwright', 'test', ...all], stations: planned });
  }
  const output = json ? 'stderr' : 'stdout';
  const ran = await runPlaywright(dryRun ? [...all, '--list'] : all, { env, output });
  const end = dryRun ? undefined : await readRunEnd(resultsFolder(env), ran);
  process.exitCode = plainExitCode(ran, end?.units);
  if (json) printJson({ ...(end ?? { units: {} }), exitCode: process.exitCode });
}

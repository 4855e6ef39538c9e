import { resolve } from 'node:path';
import { RigError } from '../core/errors.js';
import { loadRig, stationNames, throwProblems } from '../rigs/load-rig.js';
import type { Station } from '../rigs/types.js';
import { rigsFolder } from './places.js';

/** Loads one station with everything it names. Throws CONFIG_INVALID with every problem, or the stations that there are. */
export async function findStation(name: string): Promise<Station> {
  const folder = rigsFolder();
  const known = stationNames(folder);
  if (!known.includes(name)) {
    throw new RigError(
      'CONFIG_INVALID',
      `no station "${name}" in ${folder}; it has ${known.join(', ') || 'none'}`,
    );
  }
  const { stations, problems } = await loadRig(folder, {
    stations: [name],
    specs: resolve('specs'),
    env: process.env,
  });
  throwProblems(problems);
  const [station] = stations;
  if (station === undefined)
    throw new RigError('CONFIG_INVALID', `${name} could not be loaded from ${folder}`);
  return station;
}

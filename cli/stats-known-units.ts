import { loadRig } from '../rigs/load-rig.js';
import type { Places } from './places.js';

/** Ids of the golden and known-bad units that station files name, and what stands against trusting that list. */
export interface KnownUnits {
  ids: ReadonlySet<string>;
  notices: string[];
}

/** Reads the station files. One with problems does not stop the statistics, but is said: its golden units may count as products. */
export async function knownUnitsOf({ rigs, specs, env }: Places): Promise<KnownUnits> {
  const { stations, problems } = await loadRig(rigs, { specs, env });
  const ids = stations.flatMap(({ selftest }) => [
    ...(selftest?.golden ?? []),
    ...(selftest?.knownBad ?? []),
  ]);
  const files = [...new Set(problems.map(({ file }) => file))];
  const notices =
    files.length > 0
      ? [`golden units may count as products: ${files.join(', ')} cannot be read without problems`]
      : [];
  return { ids: new Set(ids.map((id) => id.toLowerCase())), notices };
}

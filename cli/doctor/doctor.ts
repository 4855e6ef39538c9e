import type { Problem } from '../../rigs/load-rig.js';
import type { Station } from '../../rigs/types.js';
import { areas, type Finding } from './finding.js';
import { checkClock, checkDisk, checkKernel, checkNode } from './host.js';
import { checkLines } from './lines.js';
import { checkModules } from './modules.js';
import { checkPermissions } from './permissions.js';
import { checkSelftest } from './selftest.js';
import { checkTools } from './tools.js';
import { checkWiring } from './wiring.js';

export interface Examined {
  stations: readonly Station[];
  /** What is wrong in their files. */
  problems: readonly Problem[];
  resultsFolder: string;
}

/** Looks at the host and at what the stations need of it; changes nothing. What is found stands in the order of `areas`. */
export async function examine({ stations, problems, resultsFolder }: Examined): Promise<Finding[]> {
  const slots = Math.max(0, ...stations.map((station) => station.slots.length));
  const ways = new Set(stations.flatMap(({ gpio }) => gpio ?? []));
  const bench = stations.some((station) => station.bench !== undefined);
  const groups = await Promise.all([
    checkNode(process.version, slots),
    checkModules({ kernelLines: ways.has('onoff'), bench }),
    checkKernel(ways),
    checkClock(),
    checkDisk(resultsFolder),
    filesOf(stations, problems),
    checkTools(stations),
    checkPermissions(stations),
    ...stations.map((station) => checkWiring(station)),
    ...stations.map((station) => checkLines(station)),
    ...stations.map((station) => checkSelftest(station, { resultsFolder })),
  ]);
  const rank = ({ area }: Finding): number => areas.indexOf(area);
  return groups.flat().sort((one, other) => rank(one) - rank(other));
}

function filesOf(stations: readonly Station[], problems: readonly Problem[]): Finding[] {
  const good = stations.map(({ name, slots }): Finding => {
    return { area: 'files', subject: name, severity: 'ok', found: `valid, ${slots.length} slots` };
  });
  const bad = problems.map(({ file, line, column, path, what }): Finding => {
    const subject = `${file}:${line}:${column}`;
    return {
      area: 'files',
      subject,
      severity: 'error',
      found: `${path} ${what}`.trim(),
      remedy: 'correct the file',
    };
  });
  return [...good, ...bad];
}

import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import type { ReleaseIdentity } from '../../core/record.js';
import type { RunHeader } from '../../core/run-record.js';
import type { Release, Station } from '../../rigs/types.js';

/** What the journal says of a run before its first attempt. */
export function runHeader(runId: string, batch: string, stations: readonly Station[]): RunHeader {
  const releases = stations.flatMap(({ slots }) => slots.map(({ release }) => releaseIdentity(release)));
  const distinct = new Map(releases.map((release) => [`${release.name} ${release.sha256}`, release]));
  return {
    runId,
    batch,
    stations: stations.map(({ name }) => name),
    releases: [...distinct.values()],
    versions: versions(),
    pid: process.pid,
    host: hostname(),
    argv: process.argv,
    startedAt: new Date().toISOString(),
  };
}

export function releaseIdentity({ name, version, sha256 }: Release): ReleaseIdentity {
  return { name, version, sha256 };
}

/** Of everything that could change a result. A package that is not installed is left out. */
function versions(): Record<string, string> {
  const packages = ['@playwright/test', 'esptool-js', 'serialport', 'onoff'];
  const require = createRequire(import.meta.url);
  const own = require('../../package.json') as { version: string };
  const found = packages.flatMap((name) => {
    try {
      const { version } = require(`${name}/package.json`) as { version: string };
      return [[name, version] as const];
    } catch {
      return [];
    }
  });
  return { rigwright: own.version, node: process.versions.node, ...Object.fromEntries(found) };
}

import { realpath } from 'node:fs/promises';
import type { SerialPortFound } from '../../drivers/discover/serial-ports.js';
import { holderName } from '../../drivers/link/port-holder.js';
import type { BenchState } from '../../rigs/bench.js';
import type { Station } from '../../rigs/types.js';

/** A port that may turn out to be a slot's. */
export interface CandidatePort {
  /** As the station file names it, or should. */
  path: string;
  /** What is opened. */
  device: string;
}

/** A port that cannot be listened to. */
export interface SkippedPort {
  path: string;
  why: string;
}

export interface CandidateOptions {
  station: Pick<Station, 'slots'>;
  /** Ports and drives of a virtual bench, in place of this host's. */
  bench?: Pick<BenchState, 'serialPorts' | 'bootDrives'> | undefined;
  /** The ports of this host. */
  found: readonly SerialPortFound[];
  /** Serial ports of the other stations on this host. */
  taken: readonly string[];
}

/**
 * The ports that the station's file names, and the ports on USB that belong to no other station. What somebody holds is skipped; the UARTs of the host itself
 * are left alone unless the file names them, as something else may hang there.
 */
export async function candidatePorts(
  options: CandidateOptions,
): Promise<{ ports: CandidatePort[]; skipped: SkippedPort[] }> {
  const { station, bench, found, taken } = options;
  if (bench) {
    const ports = Object.entries(bench.serialPorts).map(([path, device]) => ({ path, device }));
    return { ports, skipped: [] };
  }
  const written = station.slots.flatMap(({ serial }) => serial?.path ?? []);
  const ofOthers = await realPaths(taken);
  const own = await realPaths(written);
  const ports: CandidatePort[] = [];
  const skipped: SkippedPort[] = [];
  for (const port of found) {
    const device = await realOf(port.device);
    const path = own.get(device) ?? port.path;
    if (!own.has(device) && (ofOthers.has(device) || port.usb === undefined)) continue;
    const why = whySkipped(port);
    if (why === undefined) ports.push({ path, device: port.device });
    else skipped.push({ path, why });
  }
  return { ports, skipped };
}

function whySkipped({ holder, permission, isKernelConsole }: SerialPortFound): string | undefined {
  if (isKernelConsole) return 'is the console of the kernel';
  if (holder) return `is held by ${holderName(holder)}`;
  if (permission === undefined) return 'has no device file';
  if (permission.ok) return undefined;
  return `may not be opened by this user; add the user to the group ${permission.group}`;
}

/** Real path of each to the path as it is written. */
async function realPaths(paths: readonly string[]): Promise<Map<string, string>> {
  const pairs = await Promise.all(paths.map(async (path) => [await realOf(path), path] as const));
  return new Map(pairs);
}

function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

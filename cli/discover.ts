import { access, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { listBootDrives, type BootDriveFound } from '../drivers/discover/boot-drives.js';
import type { HostRoot } from '../drivers/discover/host-root.js';
import { askDevice, scanNetwork, type NetworkHostFound } from '../drivers/discover/network-hosts.js';
import { listSerialPorts, type SerialPortFound } from '../drivers/discover/serial-ports.js';
import { loadRig } from '../rigs/load-rig.js';
import type { Station } from '../rigs/types.js';
import { writtenSlots, type WrittenSlot } from '../rigs/written-slots.js';
import { benchDrives, benchPorts, runningBenches, type RunningBench } from './discover-bench.js';
import { probeAll, type ProbeAnswer } from './discover-probe.js';

/** A slot by the name of its station and its own. */
export interface SlotName {
  station: string;
  slot: string;
}

export interface DiscoveredPort extends SerialPortFound {
  /** Whose it is by the station files; null for nobody's. */
  slot: SlotName | null;
  /** Station of the virtual bench that has made it. */
  bench?: string;
  /** With `--probe`. */
  answer?: ProbeAnswer;
}

export interface DiscoveredDrive extends Partial<BootDriveFound> {
  slot: SlotName | null;
  bench?: string;
}

export interface DiscoveredHost extends NetworkHostFound {
  slot: SlotName | null;
}

/** Something that a station file names and this host does not have. */
export interface MissingThing extends SlotName {
  key: 'serial.path' | 'bootDrive' | 'network.host';
  path: string;
  why: string;
}

/** What `rig discover --json` prints. */
export interface Discovery {
  host: string;
  ports: DiscoveredPort[];
  drives: DiscoveredDrive[];
  network: DiscoveredHost[];
  missing: MissingThing[];
  /** What could not be looked at, and why, in sentences. */
  notes: string[];
}

export interface DiscoverOptions {
  host: string;
  /** Folders of the rig files and of the specs. */
  rigs: string;
  specs: string;
  env: NodeJS.ProcessEnv;
  runtimeFolder: string;
  probe: boolean;
  /** Range of IPv4 addresses. */
  scan?: string;
  /** Where the kernel shows this host. */
  root?: HostRoot;
}

/** Looks at everything that is attached, and holds it against the station files. Throws CONFIG_INVALID for a range that is not scanned. */
export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const { rigs, specs, env, runtimeFolder, root, probe, scan } = options;
  const written = await writtenSlots(rigs);
  const { stations, problems } = await loadRig(rigs, { specs, env });
  const benches = await runningBenches(stations, runtimeFolder);
  const [found, drives, scanned] = await Promise.all([
    listSerialPorts(root),
    listBootDrives(root),
    scan === undefined ? [] : scanNetwork(scan),
  ]);
  const ports = [...(await ownedPorts(found, written)), ...(await benchPorts(benches, written))];
  const devices = await askStations(stations, benches);
  const network = [...devices, ...scanned.filter(isNew(devices)).map((each) => ({ ...each, slot: null }))];
  const answers = probe ? await probeAll(ports, { stations, benches, runtimeFolder }) : undefined;
  return {
    host: options.host,
    ports: ports.map((port, index) => {
      const answer = answers?.[index];
      return answer ? { ...port, answer } : port;
    }),
    drives: [...(await ownedDrives(drives, written)), ...(await benchDrives(benches, written))],
    network: network.filter(({ services }) => services.length > 0),
    missing: [...(await missingPlaces(written, ports)), ...silent(devices, stations)],
    notes: [
      ...[...new Set(problems.map(({ file }) => file))].map(
        (file) => `${file} has mistakes; what its slots share with the network was not looked at`,
      ),
      ...stations
        .filter(({ name, bench }) => bench && !benches.some(({ station }) => station.name === name))
        .map(
          ({ name }) =>
            `${name} is on the virtual bench, which does not run; \`npx rig bench ${name}\` starts it`,
        ),
    ],
  };
}

async function ownedPorts(
  found: readonly SerialPortFound[],
  written: readonly WrittenSlot[],
): Promise<DiscoveredPort[]> {
  const owners = new Map<string, SlotName>();
  for (const { isVirtual, serialPath, station, slot } of written) {
    if (isVirtual || serialPath === undefined) continue;
    owners.set(serialPath, { station, slot });
    owners.set(await realpath(serialPath).catch(() => serialPath), { station, slot });
  }
  return found.map((port) => ({ ...port, slot: owners.get(port.path) ?? owners.get(port.device) ?? null }));
}

async function ownedDrives(
  found: readonly BootDriveFound[],
  written: readonly WrittenSlot[],
): Promise<DiscoveredDrive[]> {
  return found.map((drive) => {
    const owner = written.find(
      ({ isVirtual, bootDrive }) => !isVirtual && bootDrive !== undefined && bootDrive === drive.mountedAt,
    );
    return { ...drive, slot: owner ? { station: owner.station, slot: owner.slot } : null };
  });
}

/** The devices of all stations on hardware, and of benches that run. */
async function askStations(
  stations: readonly Station[],
  benches: readonly RunningBench[],
): Promise<DiscoveredHost[]> {
  const asked = stations.flatMap((station) => {
    const bench = benches.find((each) => each.station.name === station.name);
    if (station.bench && !bench) return [];
    return station.slots.flatMap(({ id, network }) => {
      const address = network && { ...network, ...bench?.state.slots[id]?.network };
      return address ? [{ slot: { station: station.name, slot: id }, address }] : [];
    });
  });
  return Promise.all(asked.map(async ({ slot, address }) => ({ ...(await askDevice(address)), slot })));
}

function isNew(devices: readonly DiscoveredHost[]): (found: NetworkHostFound) => boolean {
  return ({ host }) => !devices.some((device) => device.host === host && device.services.length > 0);
}

function silent(devices: readonly DiscoveredHost[], stations: readonly Station[]): MissingThing[] {
  return devices.flatMap(({ slot, host, services }) => {
    if (slot === null || services.length > 0) return [];
    const ports = stations.find(({ name }) => name === slot.station)?.slots.find(({ id }) => id === slot.slot)
      ?.network?.ports;
    const asked = ports ? `ports ${ports.http}, ${ports.ssh} and ${ports.console}` : 'no port';
    return [{ ...slot, key: 'network.host', path: host, why: `nothing answers on ${asked}` }];
  });
}

/** A native port, and a boot drive, is there only while its board has power: of them only the place can be missing. */
async function missingPlaces(
  written: readonly WrittenSlot[],
  ports: readonly DiscoveredPort[],
): Promise<MissingThing[]> {
  const missing: MissingThing[] = [];
  for (const { station, slot, isVirtual, isNative, serialPath, bootDrive } of written) {
    if (isVirtual) continue;
    const isThere = ports.some((port) => port.slot?.station === station && port.slot.slot === slot);
    if (serialPath !== undefined && !isNative && !isThere) {
      const why = 'no such port; plug its adapter in, or find its place with `rig map`';
      missing.push({ station, slot, key: 'serial.path', path: serialPath, why });
    }
    if (bootDrive === undefined) continue;
    const hasPlace = await access(dirname(bootDrive)).then(
      () => true,
      () => false,
    );
    if (hasPlace) continue;
    const why = `there is no folder ${dirname(bootDrive)} in which drives appear`;
    missing.push({ station, slot, key: 'bootDrive', path: bootDrive, why });
  }
  return missing;
}

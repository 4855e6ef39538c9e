import { permissionOf } from '../drivers/discover/permission.js';
import { readBootDrive } from '../drivers/flash/uf2/boot-drive.js';
import { chipOfDrive } from '../drivers/flash/uf2/drive-chips.js';
import { holdersOf } from '../drivers/link/port-holder.js';
import type { BenchState } from '../rigs/bench.js';
import type { Station } from '../rigs/types.js';
import type { WrittenSlot } from '../rigs/written-slots.js';
import type { DiscoveredDrive, DiscoveredPort, SlotName } from './discover.js';
import { findRunningBench } from './running-bench.js';

/** A virtual bench that a person has started. */
export interface RunningBench {
  station: Station;
  state: BenchState;
}

export async function runningBenches(
  stations: readonly Station[],
  runtimeFolder: string,
): Promise<RunningBench[]> {
  const found = await Promise.all(
    stations.map(async (station) => {
      const state = station.bench && (await findRunningBench(station.name, runtimeFolder));
      return state ? [{ station, state }] : [];
    }),
  );
  return found.flat();
}

/** The ports that benches have made, by the paths at which station files find them. */
export async function benchPorts(
  benches: readonly RunningBench[],
  written: readonly WrittenSlot[],
): Promise<DiscoveredPort[]> {
  const ports: DiscoveredPort[] = [];
  for (const { station, state } of benches) {
    const { name } = station;
    const devices = Object.values(state.serialPorts);
    const holders = await holdersOf(devices, { except: state.pid });
    for (const [path, device] of Object.entries(state.serialPorts)) {
      const holder = holders.get(device);
      const permission = await permissionOf(device);
      const slot = ownerOf(written, name, ({ serialPath }) => serialPath === path);
      ports.push({
        path,
        device,
        driver: 'virtual bench',
        slot,
        bench: name,
        ...(holder && { holder }),
        ...(permission && { permission }),
      });
    }
  }
  return ports;
}

/** The boot drives that virtual boards show at the moment. */
export async function benchDrives(
  benches: readonly RunningBench[],
  written: readonly WrittenSlot[],
): Promise<DiscoveredDrive[]> {
  const drives: DiscoveredDrive[] = [];
  for (const { station, state } of benches) {
    for (const [path, folder] of Object.entries(state.bootDrives)) {
      const drive = await readBootDrive(folder).catch(() => undefined);
      if (drive === undefined) continue;
      const { boardId, description } = drive;
      const chip = chipOfDrive(boardId);
      const slot = ownerOf(written, station.name, ({ bootDrive }) => bootDrive === path);
      drives.push({
        mountedAt: folder,
        boardId,
        description,
        slot,
        bench: station.name,
        ...(chip !== undefined && { chip }),
      });
    }
  }
  return drives;
}

function ownerOf(
  written: readonly WrittenSlot[],
  station: string,
  isIt: (slot: WrittenSlot) => boolean,
): SlotName | null {
  const owner = written.find((each) => each.station === station && isIt(each));
  return owner ? { station, slot: owner.slot } : null;
}

import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readBootDrive } from '../flash/uf2/boot-drive.js';
import { chipOfDrive } from '../flash/uf2/drive-chips.js';
import { attributeOf, hostPaths, namesIn, type HostRoot } from './host-root.js';
import { mountedAt } from './mounts.js';
import { placeName, usbDeviceOf, type UsbDevice } from './usb-place.js';

/** The boot drive of a board that waits in its loader. */
export interface BootDriveFound {
  /** The kernel's device: `/dev/sda1`. */
  device: string;
  /** Name by its place, as udev writes it. */
  byPath?: string;
  usb?: UsbDevice;
  /** Name of the file system: `RPI-RP2`. */
  label?: string;
  /** Undefined while it is not mounted; a board can only be written when it is. */
  mountedAt?: string;
  /** The drive's own words, when it is mounted and may be read. */
  boardId?: string;
  description?: string;
  /** As in board files, for the boards that the driver uf2 knows. */
  chip?: string;
}

/** Lists drives on USB that have a boot loader's name or its INFO_UF2.TXT, whether they are mounted or not. */
export async function listBootDrives(host: HostRoot = {}): Promise<BootDriveFound[]> {
  const { sys, dev, proc } = hostPaths(host);
  const labels = await labelsByDevice(join(dev, 'disk/by-label'));
  const mounts = await mountedAt(proc);
  const drives: BootDriveFound[] = [];
  for (const name of await namesIn(join(sys, 'class/block'))) {
    const folder = join(sys, 'class/block', name);
    const usb = await usbDeviceOf(folder, sys);
    if (usb === undefined) continue;
    const number = await attributeOf(folder, 'dev');
    const mounted = number === undefined ? undefined : mounts.get(number);
    const found = mounted === undefined ? undefined : await readBootDrive(mounted).catch(() => undefined);
    const label = labels.get(name);
    const named = label === undefined ? undefined : chipOfDrive(label);
    if (found === undefined && named === undefined) continue;
    const chip = found ? chipOfDrive(found.boardId) : named;
    const byPath = await placeName(folder, sys);
    drives.push({
      device: `/dev/${name}`,
      usb,
      ...(byPath !== undefined && { byPath }),
      ...(label !== undefined && { label }),
      ...(mounted !== undefined && { mountedAt: mounted }),
      ...(found && { boardId: found.boardId, description: found.description }),
      ...(chip !== undefined && { chip }),
    });
  }
  return drives;
}

/** Kernel's name to the label of its file system. */
async function labelsByDevice(folder: string): Promise<Map<string, string>> {
  const labels = new Map<string, string>();
  for (const name of await namesIn(folder)) {
    const device = await realpath(join(folder, name)).catch(() => undefined);
    if (device !== undefined) labels.set(basename(device), unescapedLabel(name));
  }
  return labels;
}

/** udev writes what a file name cannot have as `\x20`. */
function unescapedLabel(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { attributeOf, linkedName } from './host-root.js';

/** A USB device, in the words of its descriptors. */
export interface UsbDevice {
  /** Four hex digits. */
  vendorId: string;
  productId: string;
  vendor?: string;
  product?: string;
  serialNumber?: string;
  /** Number of the interface within the device, from 0; undefined for what belongs to the whole device. */
  interfaceNumber?: number;
  /** Hub and port as the kernel names them: `1-1.2`. */
  place: string;
}

/** Folders of sysfs from a device up to the top: the device first. */
async function ancestorsOf(device: string, sys: string): Promise<string[]> {
  const top = await realpath(sys).catch(() => sys);
  const folders: string[] = [];
  let folder = await realpath(device).catch(() => undefined);
  while (folder !== undefined && folder.startsWith(`${top}/`)) {
    folders.push(folder);
    folder = dirname(folder);
  }
  return folders;
}

/** The USB device that a device of sysfs is a part of; undefined for what is not on USB. */
export async function usbDeviceOf(device: string, sys: string): Promise<UsbDevice | undefined> {
  let interfaceNumber: number | undefined;
  for (const folder of await ancestorsOf(device, sys)) {
    const number = await attributeOf(folder, 'bInterfaceNumber');
    if (number !== undefined) interfaceNumber ??= Number.parseInt(number, 16);
    const vendorId = await attributeOf(folder, 'idVendor');
    const productId = await attributeOf(folder, 'idProduct');
    if (vendorId === undefined || productId === undefined) continue;
    const vendor = await attributeOf(folder, 'manufacturer');
    const product = await attributeOf(folder, 'product');
    const serialNumber = await attributeOf(folder, 'serial');
    return {
      vendorId,
      productId,
      ...(vendor !== undefined && { vendor }),
      ...(product !== undefined && { product }),
      ...(serialNumber !== undefined && { serialNumber }),
      ...(interfaceNumber !== undefined && { interfaceNumber }),
      place: basename(folder),
    };
  }
  return undefined;
}

/** Buses on which a device's name is its place. */
const placedBuses = ['pci', 'platform', 'amba'];

/**
 * The device's place as udev writes it in by-path names, e.g. `pci-0000:00:14.0-usb-0:1.2:1.0` (systemd, udev-builtin-path_id.c); undefined where
 * nothing of it tells a place.
 */
export async function placeName(device: string, sys: string): Promise<string | undefined> {
  const parts: string[] = [];
  let passing: string | undefined;
  for (const folder of await ancestorsOf(device, sys)) {
    const bus = await linkedName(folder, 'subsystem');
    // Of an interface in a device behind hubs, or a device behind bridges, the first has said all.
    if (bus === undefined || bus === passing) continue;
    passing = bus;
    const name = basename(folder);
    if (bus === 'usb') parts.unshift(`usb-0:${name.slice(name.indexOf('-') + 1)}`);
    else if (placedBuses.includes(bus)) parts.unshift(`${bus}-${name}`);
  }
  return parts.length === 0 ? undefined : parts.join('-');
}

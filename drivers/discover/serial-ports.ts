import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { holdersOf, type PortHolder } from '../link/port-holder.js';
import { attributeOf, hostPaths, linkedName, namesIn, type HostRoot } from './host-root.js';
import { permissionOf, type DevicePermission } from './permission.js';
import { placeName, usbDeviceOf, type UsbDevice } from './usb-place.js';

/** A serial port of this host. */
export interface SerialPortFound {
  /** What a station file should name: the link by USB path, or the device where udev has made none. */
  path: string;
  /** The kernel's device, which may get another number when it is plugged in again: `/dev/ttyUSB0`. */
  device: string;
  /** Name by its place, without folder, derived from sysfs where there is no link; undefined where nothing tells a place. */
  byPath?: string;
  /** What it hangs on; undefined for a UART of the host itself. */
  usb?: UsbDevice;
  /** The kernel's driver: `ftdi_sio`, `cp210x`, `cdc_acm`. */
  driver?: string;
  /** Undefined when nobody is seen to have it open. */
  holder?: PortHolder;
  /** Undefined when the device has no file. */
  permission?: DevicePermission;
  /** The kernel writes its messages to it: no board hangs there. */
  isKernelConsole?: true;
}

/** USB adapters, and UARTs that single-board computers have on their pins. */
const portNames = /^tty(USB|ACM|AMA|THS|mxc|O|SAC|S)\d+$/;

/** Lists the serial ports that have hardware behind them, in the order of their places. Opens none. */
export async function listSerialPorts(host: HostRoot = {}): Promise<SerialPortFound[]> {
  const { sys, dev, proc, etc } = hostPaths(host);
  const consoles = await kernelConsoles(proc);
  const links = await linksByDevice(join(dev, 'serial/by-path'));
  const ports: SerialPortFound[] = [];
  for (const name of (await namesIn(join(sys, 'class/tty'))).filter((each) => portNames.test(each))) {
    const folder = join(sys, 'class/tty', name);
    if (!(await hasHardware(folder, name))) continue;
    const file = join(dev, name);
    const link = links.get(await realpath(file).catch(() => file));
    const usb = await usbDeviceOf(join(folder, 'device'), sys);
    const driver = await driverOf(folder);
    const permission = await permissionOf(file, etc);
    const byPath = link ?? (await derivedName(folder, sys));
    ports.push({
      path: link === undefined ? `/dev/${name}` : `/dev/serial/by-path/${link}`,
      device: `/dev/${name}`,
      ...(byPath !== undefined && { byPath }),
      ...(usb && { usb }),
      ...(driver !== undefined && { driver }),
      ...(permission && { permission }),
      ...(consoles.has(name) && { isKernelConsole: true }),
    });
  }
  const files = new Map(ports.map((port) => [join(dev, port.device.slice('/dev/'.length)), port]));
  for (const [file, holder] of await holdersOf([...files.keys()], { processes: proc })) {
    const port = files.get(file);
    if (port) port.holder = holder;
  }
  return ports.sort((one, two) => one.path.localeCompare(two.path, 'en', { numeric: true }));
}

async function kernelConsoles(proc: string): Promise<Set<string>> {
  const text = await readFile(join(proc, 'consoles'), 'utf8').catch(() => '');
  return new Set(text.split('\n').flatMap((line) => line.split(' ')[0] ?? []));
}

/** The 8250 driver makes ports in advance; those without a chip have the type 0 (PORT_UNKNOWN, serial_core.h). */
async function hasHardware(folder: string, name: string): Promise<boolean> {
  if (!/^ttyS\d/.test(name)) return (await linkedName(folder, 'device')) !== undefined;
  const type = await attributeOf(folder, 'type');
  return type !== undefined && type !== '0';
}

/** Newer kernels put devices of their own between a UART and its driver. */
async function driverOf(folder: string): Promise<string | undefined> {
  let at = await realpath(join(folder, 'device')).catch(() => undefined);
  for (let up = 0; at !== undefined && up < 3; up += 1, at = dirname(at)) {
    const name = await linkedName(at, 'driver');
    if (name !== undefined && name !== 'port' && name !== 'ctrl') return name;
  }
  return undefined;
}

/** As udev would name it: the place, and the port of an adapter that has several (60-serial.rules). */
async function derivedName(folder: string, sys: string): Promise<string | undefined> {
  const place = await placeName(join(folder, 'device'), sys);
  const port = await attributeOf(join(folder, 'device'), 'port_number');
  return place === undefined || port === undefined ? place : `${place}-port${port}`;
}

/** Real device to the name of its link. Newer udev makes a second one (`usbv2-`), which only newer systems know. */
async function linksByDevice(folder: string): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  for (const name of await namesIn(folder)) {
    const device = await realpath(join(folder, name)).catch(() => undefined);
    if (device === undefined) continue;
    const known = links.get(device);
    if (known === undefined || (/usbv\d-/.test(known) && !/usbv\d-/.test(name))) links.set(device, name);
  }
  return links;
}

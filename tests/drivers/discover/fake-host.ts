import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { TestContext } from 'node:test';

/** A tree in the shape of a host's /sys, /dev and /proc. Stands in for a host with hardware, which a test machine has not. */
export interface FakeHost {
  root: string;
  file(path: string, text: string): Promise<void>;
  /** A relative link, as sysfs has them. */
  link(path: string, to: string): Promise<void>;
}

export async function makeFakeHost(test: TestContext): Promise<FakeHost> {
  const root = await mkdtemp(join(tmpdir(), 'rig-host-'));
  test.after(() => rm(root, { recursive: true, force: true }));
  const at = async (path: string): Promise<string> => {
    const full = join(root, path);
    await mkdir(dirname(full), { recursive: true });
    return full;
  };
  await mkdir(join(root, 'sys/class/tty'), { recursive: true });
  return {
    root,
    file: async (path, text) => writeFile(await at(path), text),
    async link(path, to) {
      const full = await at(path);
      await symlink(relative(dirname(full), join(root, to)), full);
    },
  };
}

/** The USB controller of a Raspberry Pi 4, as its kernel shows it. */
export const piUsb = 'sys/devices/platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb1';

/** Folders above a USB device, each with the bus that it is on. */
export async function addPiController(host: FakeHost): Promise<void> {
  const buses = [
    ['sys/devices/platform/scb', 'platform'],
    ['sys/devices/platform/scb/fd500000.pcie', 'platform'],
    [dirname(dirname(piUsb)), 'pci'],
    [dirname(piUsb), 'pci'],
    [piUsb, 'usb'],
  ] as const;
  for (const [folder, bus] of buses) await host.link(`${folder}/subsystem`, `sys/bus/${bus}`);
}

export interface FakeUsb {
  /** Hub and port: `1-1.2`. */
  place: string;
  ids: [string, string];
  names?: [string, string];
  serialNumber?: string;
}

/** A USB device with one interface, behind the hubs that its place names; returns the folder of the interface. */
export async function addUsb(host: FakeHost, usb: FakeUsb, interfaceNumber = 0): Promise<string> {
  const [bus = '', ports = ''] = usb.place.split('-');
  const steps = ports.split('.');
  let folder = piUsb;
  for (let count = 1; count <= steps.length; count += 1) {
    folder = `${folder}/${bus}-${steps.slice(0, count).join('.')}`;
    await host.link(`${folder}/subsystem`, 'sys/bus/usb').catch(() => undefined);
  }
  await host.file(`${folder}/idVendor`, `${usb.ids[0]}\n`);
  await host.file(`${folder}/idProduct`, `${usb.ids[1]}\n`);
  if (usb.names) await host.file(`${folder}/manufacturer`, `${usb.names[0]}\n`);
  if (usb.names) await host.file(`${folder}/product`, `${usb.names[1]}\n`);
  if (usb.serialNumber !== undefined) await host.file(`${folder}/serial`, `${usb.serialNumber}\n`);
  const part = `${folder}/${usb.place}:1.${interfaceNumber}`;
  await host.link(`${part}/subsystem`, 'sys/bus/usb');
  await host.file(`${part}/bInterfaceNumber`, `0${interfaceNumber}\n`);
  return part;
}

/** An adapter with a driver of the usb-serial kind: `ttyUSB<n>`. */
export async function addUsbSerial(
  host: FakeHost,
  name: string,
  usb: FakeUsb,
  { driver = 'cp210x', interfaceNumber = 0 } = {},
): Promise<void> {
  const part = await addUsb(host, usb, interfaceNumber);
  const port = `${part}/${name}`;
  await host.link(`${part}/driver`, `sys/bus/usb/drivers/${driver}`);
  await host.link(`${port}/subsystem`, 'sys/bus/usb-serial');
  await host.link(`${port}/driver`, `sys/bus/usb-serial/drivers/${driver}`);
  await host.file(`${port}/port_number`, '0\n');
  await host.link(`${port}/tty/${name}/device`, port);
  await host.link(`sys/class/tty/${name}`, `${port}/tty/${name}`);
  await host.file(`dev/${name}`, '');
}

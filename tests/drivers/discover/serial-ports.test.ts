import assert from 'node:assert/strict';
import { chmod, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { listSerialPorts } from '../../../drivers/discover/serial-ports.js';
import { addPiController, addUsb, addUsbSerial, makeFakeHost } from './fake-host.js';

const cp210x = {
  place: '1-1.1.2',
  ids: ['10c4', 'ea60'] as [string, string],
  names: ['Silicon Labs', 'CP2102N USB to UART'] as [string, string],
  serialNumber: '7e3a',
};
const byPath = 'platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.1.2:1.0-port0';

test('an adapter is listed with its place, ids, names, serial number, driver and interface', async (t) => {
  const host = await makeFakeHost(t);
  await addPiController(host);
  await addUsbSerial(host, 'ttyUSB0', cp210x);
  await host.link(`dev/serial/by-path/${byPath}`, 'dev/ttyUSB0');
  await host.link(`dev/serial/by-path/${byPath.replace('usb-0', 'usbv2-0')}`, 'dev/ttyUSB0');
  const [port, ...others] = await listSerialPorts({ root: host.root });
  assert.deepEqual(others, []);
  assert(port);
  const { permission, ...rest } = port;
  assert.deepEqual(rest, {
    path: `/dev/serial/by-path/${byPath}`,
    device: '/dev/ttyUSB0',
    byPath,
    usb: {
      vendorId: '10c4',
      productId: 'ea60',
      vendor: 'Silicon Labs',
      product: 'CP2102N USB to UART',
      serialNumber: '7e3a',
      interfaceNumber: 0,
      place: '1-1.1.2',
    },
    driver: 'cp210x',
  });
  assert.equal(permission?.ok, true);
});

test('without udev the name by path is derived as udev would have made it, and the device is what can be opened', async (t) => {
  const host = await makeFakeHost(t);
  await addPiController(host);
  await addUsbSerial(host, 'ttyUSB0', cp210x);
  const [port] = await listSerialPorts({ root: host.root });
  assert.equal(port?.byPath, byPath);
  assert.equal(port?.path, '/dev/ttyUSB0');
});

test('a board that is a USB device itself has no port number in its name', async (t) => {
  const host = await makeFakeHost(t);
  await addPiController(host);
  const part = await addUsb(host, { ...cp210x, place: '1-1.4' }, 2);
  await host.link(`${part}/driver`, 'sys/bus/usb/drivers/cdc_acm');
  await host.link(`${part}/tty/ttyACM0/device`, part);
  await host.link('sys/class/tty/ttyACM0', `${part}/tty/ttyACM0`);
  const [port] = await listSerialPorts({ root: host.root });
  assert.equal(port?.byPath, 'platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.4:1.2');
  assert.equal(port?.driver, 'cdc_acm');
  assert.equal(port?.usb?.interfaceNumber, 2);
  assert.equal(port?.permission, undefined);
});

test('UARTs of the host are listed when they have hardware, and the kernel’s console is told', async (t) => {
  const host = await makeFakeHost(t);
  for (const [name, type] of [
    ['ttyS0', '4'],
    ['ttyS1', '0'],
  ] as const) {
    await host.file(`sys/devices/platform/serial8250/tty/${name}/type`, `${type}\n`);
    await host.link(`sys/class/tty/${name}`, `sys/devices/platform/serial8250/tty/${name}`);
  }
  // As Linux 6.6 shows it: two devices of the serial core between the UART and its port.
  const uart = 'sys/devices/platform/soc/fe201000.serial';
  await host.link(`${uart}/subsystem`, 'sys/bus/platform');
  await host.link(`${uart}/driver`, 'sys/bus/amba/drivers/uart-pl011');
  const port = `${uart}/fe201000.serial:0/fe201000.serial:0.0`;
  await host.link(`${port}/subsystem`, 'sys/bus/serial-base');
  await host.link(`${port}/driver`, 'sys/bus/serial-base/drivers/port');
  await host.link(`${port}/tty/ttyAMA0/device`, port);
  await host.link('sys/class/tty/ttyAMA0', `${port}/tty/ttyAMA0`);
  await host.file('proc/consoles', 'ttyS0                -W- (EC p a)    4:64\n');
  const ports = await listSerialPorts({ root: host.root });
  assert.deepEqual(
    ports.map(({ device, driver, byPath, isKernelConsole }) => [device, driver, byPath, isKernelConsole]),
    [
      ['/dev/ttyAMA0', 'uart-pl011', 'platform-fe201000.serial', undefined],
      ['/dev/ttyS0', undefined, undefined, true],
    ],
  );
});

test('who has a port open is named: who has locked it before who has not', async (t) => {
  const host = await makeFakeHost(t);
  await addPiController(host);
  await addUsbSerial(host, 'ttyUSB0', cp210x);
  for (const [pid, command, info] of [
    ['71', 'logger', 'pos:\t0\n'],
    ['812', 'picocom', 'pos:\t0\nlock:\t1: FLOCK  ADVISORY  WRITE 812 00:05:99 0 EOF\n'],
  ] as const) {
    await host.file(`proc/${pid}/fd/README`, '');
    // What /proc shows is absolute.
    await symlink(join(host.root, 'dev/ttyUSB0'), join(host.root, `proc/${pid}/fd/3`));
    await host.file(`proc/${pid}/fdinfo/3`, info);
    await host.file(`proc/${pid}/comm`, `${command}\n`);
  }
  const [port] = await listSerialPorts({ root: host.root });
  assert.deepEqual(port?.holder, { pid: 812, command: 'picocom' });
});

test(
  'a port that this user may not open says whose group it belongs to',
  { skip: process.getuid?.() === 0 && 'root may open everything' },
  async (t) => {
    const host = await makeFakeHost(t);
    await addPiController(host);
    await addUsbSerial(host, 'ttyUSB0', cp210x);
    await chmod(join(host.root, 'dev/ttyUSB0'), 0o000);
    const [port] = await listSerialPorts({ root: host.root });
    assert.equal(port?.permission?.ok, false);
    assert.equal(port?.permission?.mode, '----------');
  },
);

test('a host without any port has none', async (t) => {
  const host = await makeFakeHost(t);
  assert.deepEqual(await listSerialPorts({ root: host.root }), []);
  assert.deepEqual(await listSerialPorts({ root: join(host.root, 'nothing') }), []);
});

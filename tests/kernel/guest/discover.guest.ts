import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listBootDrives } from '../../../drivers/discover/boot-drives.js';
import { listSerialPorts } from '../../../drivers/discover/serial-ports.js';

const info = 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n';

test('a port on USB is listed as udev names it, with what its descriptors say', async () => {
  const port = (await listSerialPorts()).find(({ device }) => device === '/dev/ttyACM0');
  const [link] = readdirSync('/dev/serial/by-path').filter((name) => !name.includes('usbv2'));
  assert.equal(port?.path, `/dev/serial/by-path/${link}`);
  assert.deepEqual(port?.usb, {
    vendorId: '2e8a',
    productId: '0003',
    vendor: 'Raspberry Pi',
    product: 'RP2 Boot',
    serialNumber: 'E0C9125B0D9B',
    interfaceNumber: 0,
    place: '1-1',
  });
  assert.equal(port.driver, 'cdc_acm');
  assert.equal(port.permission?.group, 'dialout');
  assert.equal(port.holder, undefined);
});

test('the name that is derived without udev is the one that udev has made', async () => {
  const before = (await listSerialPorts()).find(({ device }) => device === '/dev/ttyACM0');
  execFileSync('mv', ['/dev/serial', '/dev/serial-away']);
  after(() => execFileSync('mv', ['/dev/serial-away', '/dev/serial']));
  const derived = (await listSerialPorts()).find(({ device }) => device === '/dev/ttyACM0');
  assert.equal(derived?.path, '/dev/ttyACM0');
  assert.equal(`/dev/serial/by-path/${derived.byPath}`, before?.path);
});

test('who has the port open is named', async () => {
  const fd = openSync('/dev/ttyACM0', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const holder = spawn('sleep', ['60'], { stdio: [fd, 'ignore', 'ignore'] });
  closeSync(fd);
  await once(holder, 'spawn');
  try {
    const port = (await listSerialPorts()).find(({ device }) => device === '/dev/ttyACM0');
    assert.equal(port?.holder?.pid, holder.pid);
    assert.equal(port?.holder?.command, 'sleep');
  } finally {
    holder.kill();
  }
});

test('a boot drive is listed before it is mounted, and in its own words afterwards', async () => {
  const [drive, ...others] = await listBootDrives();
  assert.deepEqual(others, []);
  assert.equal(drive?.label, 'RPI-RP2');
  assert.equal(drive?.chip, 'rp2040');
  assert.equal(drive?.mountedAt, undefined);
  assert.equal(drive?.usb?.serialNumber, 'E0C9125B0D9B');
  assert.match(drive?.byPath ?? '', /^platform-dummy_hcd\.0-usb-0:1:1\.\d$/);
  const folder = mkdtempSync(join(tmpdir(), 'boot drive '));
  execFileSync('mount', ['-t', 'vfat', drive?.device ?? '', folder]);
  after(() => execFileSync('umount', [folder]));
  writeFileSync(join(folder, 'INFO_UF2.TXT'), info);
  const [mounted] = await listBootDrives();
  assert.equal(mounted?.mountedAt, folder);
  assert.equal(mounted?.boardId, 'RPI-RP2');
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { listBootDrives } from '../../../drivers/discover/boot-drives.js';
import { addPiController, addUsb, makeFakeHost, type FakeHost } from './fake-host.js';

const info = 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n';

/** A USB drive with one partition. */
async function addDrive(host: FakeHost, name: string, place: string, number: string): Promise<void> {
  const part = await addUsb(host, { place, ids: ['2e8a', '0003'], names: ['Raspberry Pi', 'RP2 Boot'] });
  const disk = `${part}/host2/target2:0:0/2:0:0:0/block/${name}`;
  await host.file(`${disk}/${name}1/dev`, `${number}\n`);
  await host.file(`${disk}/dev`, '8:99\n');
  await host.link(`sys/class/block/${name}`, disk);
  await host.link(`sys/class/block/${name}1`, `${disk}/${name}1`);
  await host.file(`dev/${name}1`, '');
}

test('a drive that is mounted says itself which board it is', async (t) => {
  const host = await makeFakeHost(t);
  await addPiController(host);
  await addDrive(host, 'sda', '1-1.4', '8:1');
  const folder = join(host.root, 'media/rig pico');
  await host.file('media/rig pico/INFO_UF2.TXT', info);
  const escaped = folder.replaceAll(' ', '\\040');
  await host.file('proc/self/mountinfo', `36 25 8:1 / ${escaped} rw,nosuid - vfat /dev/sda1 rw\n`);
  const [drive, ...others] = await listBootDrives({ root: host.root });
  assert.deepEqual(others, []);
  assert.equal(drive?.device, '/dev/sda1');
  assert.equal(drive?.byPath, 'platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.4:1.0');
  assert.equal(drive?.mountedAt, folder);
  assert.equal(drive?.boardId, 'RPI-RP2');
  assert.equal(drive?.chip, 'rp2040');
  assert.equal(drive?.usb?.product, 'RP2 Boot');
});

test('a drive that is not mounted is known by its label; other drives are none', async (t) => {
  const host = await makeFakeHost(t);
  await addPiController(host);
  await addDrive(host, 'sda', '1-1.3', '8:1');
  await addDrive(host, 'sdb', '1-1.4', '8:17');
  await host.link('dev/disk/by-label/RPI-RP2', 'dev/sda1');
  await host.link('dev/disk/by-label/HOLIDAY\\x20PHOTOS', 'dev/sdb1');
  const drives = await listBootDrives({ root: host.root });
  assert.deepEqual(
    drives.map(({ device, label, chip, mountedAt }) => [device, label, chip, mountedAt]),
    [['/dev/sda1', 'RPI-RP2', 'rp2040', undefined]],
  );
});

test('a host without drives has none', async (t) => {
  const host = await makeFakeHost(t);
  assert.deepEqual(await listBootDrives({ root: host.root }), []);
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoProgram } from '../../../firmware/demo-program.js';
import { buildRelease } from '../../../firmware/demo-release.js';
import { formatProblems } from '../../../rigs/problem.js';
import { batchIn, makeBatchFolder } from './batch-folder.js';

const { write, load, rig, format } = await makeBatchFolder();

/** A release of which the rig knows nothing. */
const built = buildRelease({ version: '2.0.0', program: demoProgram, appSizeBytes: 0x8000, seed: 77 });
const app = built.find(({ name }) => name === 'app')?.bytes ?? Buffer.alloc(0);

/** As `esptool merge-bin` makes it. */
const merged = Buffer.alloc(Math.max(...built.map(({ offset, bytes }) => offset + bytes.length)), 0xff);
for (const { offset, bytes } of built) merged.set(bytes, offset);

const batchWith = async (path: string, edits: [string, string][] = [], others: string[] = []) => {
  const text = (await format('batch.yaml')).replace(
    /firmware_file: ".*"/,
    `firmware_file: ${JSON.stringify(path)}`,
  );
  const whole = edits.reduce(
    (before, [from, to]) => before.replace(from, to),
    text.replace('1.2.0"\nstrategy', '2.0.0"\nstrategy'),
  );
  return load([await write('batch.yaml', whole), ...others]);
};
const problemsOf = async (path: string, edits: [string, string][] = []) =>
  formatProblems((await batchWith(path, edits)).problems).replaceAll(`${rig.folder}/`, '');

test('a whole flash image is written from the start of flash, wherever applications go', async () => {
  await write('merged.bin', merged);
  const main = await write('batch-main.yaml', await format('batch-main.yaml'));
  const batch = batchIn(await batchWith('merged.bin', [], [main]));
  const release = batch.stations[0]?.slots[0]?.release;
  assert.deepEqual(
    release?.images.map(({ name, offset, sizeBytes }) => [name, offset, sizeBytes]),
    [['flash', 0, merged.length]],
  );
  assert.deepEqual([release?.name, release?.version], ['merged-esp32', '2.0.0']);
  assert.match(
    batch.notices.join('\n'),
    /flash_address: .*merged.bin is a whole flash image, which begins at 0/,
  );
});

test('an application that belongs to no release of the rig is written over the one that a board holds, and that is said', async () => {
  await write('app.bin', app);
  const batch = batchIn(await batchWith('app.bin'));
  const release = batch.stations[0]?.slots[0]?.release;
  assert.deepEqual(
    release?.images.map(({ name, offset }) => [name, offset]),
    [['app', 0x10000]],
  );
  assert.match(
    batch.notices.join('\n'),
    /app.bin is an application alone: bootloader and partition table stay as each board has them/,
  );
});

test('an application goes where the device type says', async () => {
  await write('app.bin', app);
  const text = (await format('batch-main.yaml')).replace('"0x10000"', '0x20000');
  const batch = batchIn(await batchWith('app.bin', [], [await write('batch-main.yaml', text)]));
  assert.equal(batch.stations[0]?.slots[0]?.release.images[0]?.offset, 0x20000);
});

test('a version that the firmware does not have, and firmware that is damaged or none, are refused', async () => {
  await write('app.bin', app);
  assert.match(
    await problemsOf('app.bin', [['"2.0.0"', '"2.0.1"']]),
    /^batch.yaml:5:10 version: is "2.0.1", but .*app.bin says that it is 2.0.0; correct one of the two/,
  );
  const damaged = Buffer.from(app);
  damaged.writeUInt8((damaged[0x2000] ?? 0) ^ 1, 0x2000);
  await write('damaged.bin', damaged);
  assert.match(await problemsOf('damaged.bin'), /^batch.yaml:3:16 firmware_file: app: .*(checksum|SHA-256)/m);
  await write('firmware.elf', Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), Buffer.alloc(100)]));
  assert.match(
    await problemsOf('firmware.elf'),
    /firmware.elf is an ELF file, which no board takes; name the ESP image/,
  );
  assert.match(await problemsOf('nowhere.bin'), /there is no file .*nowhere.bin; copy it there/);
  assert.match(await problemsOf('.'), /is a folder; name a firmware file in it/);
  await write('empty.bin', '');
  assert.match(await problemsOf('empty.bin'), /empty.bin is empty; copy it anew/);
});

test('firmware without a version in it takes that of its name, or says that it needs one', async () => {
  const hex = await readFile(join('rigs/releases/demo-uno-1.2.0/app.hex'));
  const text = (port: string, name: string) =>
    JSON.stringify({
      batch_id: 'uno',
      firmware_file: name,
      devices: [{ port, pre_flight_check: ['connection_test'] }],
    });
  await write('blink_v3.1.4.hex', hex);
  await write('blink.hex', hex);
  const named = await load([
    await write('batch-config.json', text('/dev/serial/by-path/uno', 'blink_v3.1.4.hex')),
  ]);
  const batch = batchIn(named);
  const [slot] = batch.stations[0]?.slots ?? [];
  assert.deepEqual(
    [slot?.board.name, slot?.release.version, slot?.release.chip],
    ['uno-r3', '3.1.4', 'atmega328p'],
  );
  assert.match(
    batch.notices.join('\n'),
    /blink_v3.1.4.hex says no version of itself: 3.1.4 is taken from its name/,
  );
  const nameless = await load([
    await write('batch-config.json', text('/dev/serial/by-path/uno', 'blink.hex')),
  ]);
  assert.match(formatProblems(nameless.problems), /firmware_file: .*blink.hex does not say its version/);
});

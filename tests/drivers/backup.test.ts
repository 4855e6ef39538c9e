import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { backupImages, backupIndex, readBackup, takeBackup } from '../../drivers/flash/backup/backup.js';
import { patchedWith } from '../../drivers/flash/backup/pieces.js';
import { findBackups, newestBackup } from '../../drivers/flash/backup/find-backups.js';
import { regionsOf, wholeFlash } from '../../drivers/flash/backup/regions.js';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { noise } from './flash-rig.js';

const origin = {
  unit: '24:6f:28:00:00:01',
  attemptId: 'run1/station1/slot1/1',
  station: 'station1',
  slot: 'slot1',
  board: 'esp32-devkit',
  chip: 'esp32',
};

describe('the backup of a board', () => {
  let folder: string;
  const flash = noise(0x10000);
  const driver = {
    read: (offset: number, sizeBytes: number) => Promise.resolve(flash.subarray(offset, offset + sizeBytes)),
  };
  const regions = [
    { offset: 0x1000, sizeBytes: 0x2000 },
    { offset: 0x8000, sizeBytes: 0x1000 },
  ];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backup-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('comes back as images with the bytes that were read', async () => {
    const place = join(folder, 'run1/backups/one');
    const taken = await takeBackup(driver, regions, place, origin);
    assert.deepEqual([taken.sizeBytes, taken.isBlank], [0x3000, false]);
    const images = await backupImages(place, await readBackup(place), join(folder, 'work'));
    for (const [index, region] of regions.entries()) {
      const image = images[index];
      assert.equal(image?.offset, region.offset);
      const bytes = await readFile(image?.path ?? '');
      assert.ok(bytes.equals(flash.subarray(region.offset, region.offset + region.sizeBytes)));
    }
  });

  test('of an erased board says so', async () => {
    const erased = { read: (_: number, sizeBytes: number) => Promise.resolve(Buffer.alloc(sizeBytes, 0xff)) };
    assert.equal((await takeBackup(erased, regions, join(folder, 'blank'), origin)).isBlank, true);
  });

  test('that was changed since is refused before anything is written', async () => {
    const place = join(folder, 'run2/backups/changed');
    const taken = await takeBackup(driver, regions, place, { ...origin, unit: 'other' });
    await appendFile(join(place, taken.regions[1]?.file ?? ''), 'x');
    await assert.rejects(backupImages(place, taken, join(folder, 'work2')), { code: 'BACKUP_DAMAGED' });
    const index = join(place, backupIndex);
    await writeFile(index, (await readFile(index, 'utf8')).slice(0, 40));
    await assert.rejects(readBackup(place), { code: 'BACKUP_DAMAGED' });
  });

  test('is found by its unit, the newest first, and a torn one is none', async () => {
    await takeBackup(driver, regions.slice(1), join(folder, 'run3/backups/two'), origin);
    const found = await newestBackup(folder, origin.unit.toUpperCase());
    assert.equal(found?.folder, join(folder, 'run3/backups/two'));
    assert.equal((await findBackups(folder)).length, 2);
    assert.equal(await newestBackup(folder, 'nobody'), undefined);
    assert.deepEqual(await findBackups(join(folder, 'nowhere')), []);
  });

  test('of a board without an id is found by its slot, of the station that is meant', async () => {
    const results = join(folder, 'slots');
    for (const station of ['station2', 'station1'])
      await takeBackup(driver, regions, join(results, station, 'backups/a'), {
        ...origin,
        unit: 'slot3',
        slot: 'slot3',
        station,
      });
    const found = async (unit: string, station?: string) =>
      (await newestBackup(results, unit, station))?.backup.station;
    assert.equal(await found('slot3', 'station2'), 'station2');
    assert.equal(await found('station2/slot3'), 'station2');
    assert.equal(await found('slot3'), 'station1');
    assert.equal(await found('slot3', 'station9'), undefined);
  });

  test('of a board that was left half written holds what it held before that', async () => {
    const place = join(folder, 'run5/backups/whole');
    await takeBackup(driver, regions, place, origin);
    const half = { read: (_: number, sizeBytes: number) => Promise.resolve(Buffer.alloc(sizeBytes, 0x5a)) };
    const wider = [{ offset: 0x2000, sizeBytes: 0x4000 }];
    const next = join(folder, 'run6/backups/half');
    const options = { unproved: { before: place } };
    const taken = await takeBackup(half, wider, next, { ...origin, attemptId: 'run6/a/b/1' }, options);
    assert.deepEqual([taken.continues, taken.isUnproved], [origin.attemptId, undefined]);
    const held = new Map<number, Buffer>();
    for (const { offset, path } of await backupImages(next, taken, join(folder, 'work3')))
      held.set(offset, await readFile(path));
    assert.deepEqual([...held.keys()], [0x1000, 0x2000, 0x8000]);
    assert.ok(held.get(0x1000)?.equals(flash.subarray(0x1000, 0x2000)));
    assert.ok(held.get(0x2000)?.subarray(0, 0x1000).equals(flash.subarray(0x2000, 0x3000)));
    assert.ok(held.get(0x2000)?.subarray(0x1000).equals(Buffer.alloc(0x3000, 0x5a)));
  });

  test('of a board that was left half written says so when there is none from before', async () => {
    for (const [name, unproved] of [
      ['none', {}],
      ['lost', { before: join(folder, 'nowhere') }],
    ] as const) {
      const taken = await takeBackup(driver, regions, join(folder, 'run7', name), origin, { unproved });
      assert.equal(taken.isUnproved, true, name);
    }
  });

  test('covers whole erasable units, joined where they touch, and leaves a loader in the flash alone', async () => {
    const image = async (name: string, offset: number, bytes: Buffer) => {
      const path = join(folder, name);
      await writeFile(path, bytes);
      return { offset, path };
    };
    const images = [
      await image('app', 0x10000, noise(5000)),
      await image('partitions', 0x9000, noise(100)),
      await image('bootloader', 0x8000, noise(0x1000)),
    ];
    assert.deepEqual(await regionsOf(images, 'esp32', 0x400000), [
      { offset: 0x8000, sizeBytes: 0x2000 },
      { offset: 0x10000, sizeBytes: 0x2000 },
    ]);
    const sectors = [await image('stm', 0x10000, noise(10))];
    assert.deepEqual(await regionsOf(sectors, 'stm32f411', 0x80000), [
      { offset: 0x10000, sizeBytes: 0x10000 },
    ]);
    const hex = [await image('app.hex', 0, buildIntelHex([{ address: 0x100, data: noise(200) }]))];
    assert.deepEqual(await regionsOf(hex, 'atmega328p', 0x8000), [{ offset: 0x100, sizeBytes: 256 }]);
    assert.deepEqual(wholeFlash('atmega328p', 0x8000), [{ offset: 0, sizeBytes: 0x8000 - 512 }]);
  });
});

test('what was known of a place replaces what was read there, and what lies beside it is added', () => {
  const read = [{ offset: 4, bytes: Buffer.from('abcd') }];
  const known = [
    { offset: 0, bytes: Buffer.from('12345') },
    { offset: 7, bytes: Buffer.from('678') },
  ];
  const pieces = patchedWith(read, known).map(({ offset, bytes }) => [offset, bytes.toString()]);
  assert.deepEqual(pieces, [
    [0, '1234'],
    [4, '5bc6'],
    [8, '78'],
  ]);
  assert.equal(read[0]?.bytes.toString(), 'abcd');
});

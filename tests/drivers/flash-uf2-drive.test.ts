import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { pollUntil } from '../../core/deadline.js';
import type { FlashDriverOptions } from '../../drivers/flash/flash-driver.js';
import { openFlashDriver } from '../../drivers/flash/open-flash-driver.js';
import { markOf } from '../../drivers/flash/uf2/boot-drive.js';
import { writeUf2 } from '../../drivers/flash/uf2/write-uf2.js';
import { buildRp2040Image, buildRp2040Uf2, demoPico } from '../../firmware/rp2040-demo.js';
import { buildUf2 } from '../../firmware/uf2.js';
import { startBoardStands, type BoardStand } from './board-stand.js';
import { failureOf, imageFolder } from './flash-rig.js';

const flashSizeBytes = 2 << 20;
const infoOf = (boardId: string) =>
  `UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: ${boardId}\r\n`;

describe('the boot drive of a slot', { concurrency: 3 }, () => {
  const board = { chip: 'rp2040', flashSizeBytes, hasBootDrive: true };
  const images = imageFolder();
  const small = { ...demoPico, appSizeBytes: 0x4000 };
  const app = images.add('app', 0, buildRp2040Uf2(small));
  const next = images.add('next', 0, buildRp2040Uf2({ ...small, seed: 7 }));
  const raw = images.add('raw', 0, buildRp2040Image(small));
  let stands: Awaited<ReturnType<typeof startBoardStands<'blank' | 'other' | 'again' | 'real' | 'log'>>>;
  before(async () => {
    stands = await startBoardStands({ blank: board, other: board, again: board, real: board, log: board });
  });
  after(async () => {
    await stands.close();
    images.remove();
  });

  const driverOf = async (test: TestContext, stand: BoardStand, more: Partial<FlashDriverOptions> = {}) => {
    const driver = await openFlashDriver('uf2', {
      drive: stand.ports.drive ?? '',
      chip: 'rp2040',
      flashSizeBytes,
      baudRate: 115_200,
      enterLoader: (signal) => stand.enterLoader(signal),
      ...more,
    });
    test.after(() => driver.close());
    return driver;
  };
  const untilThere = (path: string) =>
    pollUntil(async () => existsSync(path) || undefined, {
      intervalMs: 10,
      timeoutMs: 5000,
      onTimeout: () => new Error(`no ${path}`),
    });

  it('may be there before, as on a blank board, if it goes and comes back with the reset', async (test) => {
    const stand = stands.boards.blank;
    await stand.power.on();
    await untilThere(stand.ports.drive ?? '');
    const driver = await driverOf(test, stand);
    assert.equal((await driver.probe()).chip, 'rp2040');
    await driver.write([app]);
    await driver.verify([app]);
  });

  it('that stays while the board of the slot is reset is another board’s', async (test) => {
    const stand = stands.boards.other;
    // What is mounted here belongs to a board that this slot's lines do not reach.
    const folder = await mkdtemp(join(tmpdir(), 'rig-stranger-'));
    test.after(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'INFO_UF2.TXT'), infoOf('RPI-RP2'));
    const driver = await driverOf(test, stand, { drive: folder });
    const { error } = await failureOf(driver.write([app]));
    assert.match(error.message, /^DRIVE_WRONG: .*rig-stranger-.*\(RPI-RP2\).*another board's/);
    assert.deepEqual(await readdir(folder), ['INFO_UF2.TXT']);
  });

  it('is shown to be the slot’s anew for each write, but not twice for one', async (test) => {
    const stand = stands.boards.again;
    const driver = await driverOf(test, stand);
    await driver.probe();
    await driver.write([app]);
    assert.equal(stand.entered(), 1);
    await driver.write([next]);
    assert.equal(stand.entered(), 2);
    await driver.verify([next]);
    assert.match((await failureOf(driver.verify([app]))).error.message, /^FLASH_UNSUPPORTED: .*just written/);
  });

  it('takes an image as it lies in flash, and says what it did', async (test) => {
    const stand = stands.boards.log;
    const lines: string[] = [];
    const driver = await driverOf(test, stand, { log: (line) => lines.push(line) });
    const result = await driver.write([raw]);
    assert.deepEqual(
      { ...result, seconds: 0 },
      { wireBytes: 0x4000 * 2, sizeBytes: 0x4000, seconds: 0, baudRate: 12_000_000 },
    );
    assert.ok((await stand.flash.read(0, 0x4000)).equals(buildRp2040Image(small)));
    assert.deepEqual(lines, [
      'boot drive RPI-RP2, Raspberry Pi RP2 (UF2 Bootloader v3.0)',
      '32768 bytes copied, and the board has restarted',
    ]);
  });

  it('gets no file that its board would not take wholly', async (test) => {
    const stand = stands.boards.real;
    const driver = await driverOf(test, stand);
    const file = buildRp2040Uf2(small);
    const stranger = buildUf2([{ address: 0x10000000, data: Buffer.alloc(256) }], 0xe48bff59);
    const far = buildUf2([{ address: 0x10000000 + flashSizeBytes, data: Buffer.alloc(256) }], 0xe48bff56);
    const bad: [string, Buffer, RegExp][] = [
      [
        'holey',
        Buffer.concat([file.subarray(0, 512), file.subarray(1024)]),
        /^IMAGE_INVALID: holey .*block number 1 is missing/s,
      ],
      ['cut', file.subarray(0, 700), /^IMAGE_INVALID: cut .*truncated/s],
      ['stranger', stranger, /^IMAGE_INVALID: stranger .*0xe48bff59 \(rp2350\)/s],
      ['far', far, /^FLASH_TOO_SMALL: far ends at 0x10200100, the flash of this board at 0x10200000/],
    ];
    for (const [name, bytes, says] of bad) {
      assert.match((await failureOf(driver.write([images.add(name, 0, bytes)]))).error.message, says);
    }
    const twice = [app, { ...raw, name: 'twice' }];
    assert.match(
      (await failureOf(driver.write(twice))).error.message,
      /^IMAGE_INVALID: app, twice .*share the page/,
    );
    assert.equal(stand.entered(), 0);
  });

  it('is needed, and of a chip that has one', async () => {
    const options = { chip: 'rp2040', baudRate: 115_200, enterLoader: async () => undefined };
    const failure = async (more: Partial<FlashDriverOptions>) =>
      (await failureOf(openFlashDriver('uf2', { ...options, ...more }))).error.message;
    assert.match(await failure({}), /^CONFIG_INVALID: the driver uf2 needs the slot's drive/);
    assert.match(
      await failure({ drive: '/x', chip: 'esp32' }),
      /^CONFIG_INVALID: .*chip esp32; it knows rp2040/,
    );
  });
});

/** Devices of the system behave in a file's place as a drive does that goes away, is full or is mounted read-only. */
describe('a copy to a boot drive', { concurrency: 3 }, () => {
  const bytes = Buffer.alloc(4096, 1);
  const drive = async (test: TestContext, target?: string) => {
    const folder = join(await mkdtemp(join(tmpdir(), 'rig-drive-')), 'drive');
    test.after(() => rm(join(folder, '..'), { recursive: true, force: true }));
    await mkdir(folder);
    await writeFile(join(folder, 'INFO_UF2.TXT'), infoOf('RPI-RP2'));
    if (target) await symlink(target, join(folder, 'FIRMWARE.UF2'));
    return { folder, mark: (await markOf(folder)) ?? '' };
  };
  const write = ({ folder, mark }: { folder: string; mark: string }, onCopied = () => undefined as void) =>
    writeUf2({
      folder,
      drive: { mark },
      bytes,
      what: 'app',
      signal: new AbortController().signal,
      onCopied,
    });

  it('whose last block ends in an error is good when the drive goes', async (test) => {
    // A pipe takes the bytes and then cannot force them out.
    const there = await drive(test);
    const pipe = join(there.folder, 'FIRMWARE.UF2');
    await promisify(execFile)('mkfifo', [pipe]);
    const writing = write(there);
    const reader = await open(pipe, 'r');
    test.after(() => reader.close());
    const taken = Buffer.alloc(bytes.length);
    await reader.read(taken, 0, taken.length, null);
    await rename(there.folder, `${there.folder}.gone`);
    assert.ok((await writing) >= 0);
    assert.ok(taken.equals(bytes));
  });

  it('whose last block ends in an error has failed when the drive stays', async (test) => {
    const { error } = await failureOf(write(await drive(test, '/dev/null')));
    assert.match(
      error.message,
      /^FLASH_WRITE_FAILED: .* at the end of app, and the board did not restart: EINVAL/,
    );
  });

  it('to a full drive has failed', async (test) => {
    const { error } = await failureOf(write(await drive(test, '/dev/full')));
    assert.match(error.message, /^FLASH_WRITE_FAILED: .*after 0 of 4096 bytes \(0 %\) of app: ENOSPC/);
  });

  it('to a drive that is mounted read-only says so', async (test) => {
    const { error } = await failureOf(write(await drive(test, '/sys/kernel/uevent_seqnum')));
    assert.match(error.message, /^DRIVE_PERMISSION: .*(EACCES|EROFS)/);
  });

  it('that nothing comes of has stalled', async (test) => {
    const { error } = await failureOf(write(await drive(test)));
    assert.match(error.message, /^FLASH_STALLED: .*all 8 blocks of app.*did not restart within 4000 ms/);
  });

  it('is good when the board restarts, also when its drive is back at once', async (test) => {
    const there = await drive(test);
    const seconds = await write(there, () => {
      void rename(there.folder, `${there.folder}.gone`).then(async () => {
        await mkdir(there.folder);
        await writeFile(join(there.folder, 'INFO_UF2.TXT'), infoOf('RPI-RP2'));
      });
    });
    assert.ok(seconds > 0);
  });
});

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { FlashDriver, FlashImage } from '../../drivers/flash/flash-driver.js';
import { openFlashDriver } from '../../drivers/flash/open-flash-driver.js';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { missingTools } from '../vendor-tools.js';
import { startBoardStand, type BoardStand } from './board-stand.js';
import { failureOf, noise } from './flash-rig.js';

const folder = mkdtempSync(join(tmpdir(), 'rig-avrdude-'));
after(() => rmSync(folder, { recursive: true }));

function imageFile(name: string, bytes: Buffer, offset = 0): FlashImage {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return { name: name.replace(/\..*/, ''), offset, path, sizeBytes: bytes.length, md5: '' };
}

async function withUno(use: (driver: FlashDriver, stand: BoardStand, log: string[]) => Promise<void>) {
  const stand = await startBoardStand({
    chip: 'atmega328p',
    flashSizeBytes: 32 * 1024,
    lines: ['power', 'reset'],
  });
  const log: string[] = [];
  const driver = await openFlashDriver('avrdude', {
    link: { path: stand.ports.serialPath, baudRate: 115_200 },
    chip: 'atmega328p',
    baudRate: 115_200,
    enterLoader: (signal) => stand.enterLoader(signal),
    log: (line) => log.push(line),
  });
  try {
    await use(driver, stand, log);
  } finally {
    await driver.close();
    await stand.close();
  }
}

describe('avrdude', { skip: missingTools('avrdude'), concurrency: 2 }, () => {
  test('an Intel HEX image goes where its own addresses say, in pages that are its own', async () => {
    await withUno(async (driver, stand, log) => {
      const [start, table] = [noise(300), noise(100, 2)];
      const segments = [
        { address: 0, data: start },
        { address: 0x3f0, data: table },
      ];
      const image = imageFile('app.hex', buildIntelHex(segments));
      await stand.flash.preset(0, Buffer.alloc(0x800));
      const { sizeBytes } = await driver.write([image]);
      assert.equal(sizeBytes, 400);
      assert.deepEqual(await stand.flash.read(0, 300), start);
      assert.deepEqual(await stand.flash.read(0x3f0, 100), table);
      // The rest of the pages is erased, other pages are as they were.
      assert.deepEqual(await stand.flash.read(300, 84), Buffer.alloc(84, 0xff));
      assert.deepEqual(await stand.flash.read(0x380, 0x70), Buffer.alloc(0x70, 0xff));
      assert.deepEqual(await stand.flash.read(0x180, 0x200), Buffer.alloc(0x200));
      assert.ok(log.some((line) => line.includes('device signature = 0x1e950f')));
      await driver.verify([image]);

      await stand.flash.preset(0x400, Buffer.of((table[16] ?? 0) ^ 1));
      const { error } = await failureOf(driver.verify([image]));
      assert.match(error.message, /^FLASH_VERIFY_MISMATCH: app at 0x400 is 0x/);
    });
  });

  test('a whole flash that was read is written back, although the loader’s part of it cannot be', async () => {
    await withUno(async (driver, stand) => {
      await stand.flash.preset(0x7d00, noise(256));
      const backup = await driver.read(0, 32 * 1024);
      assert.deepEqual(backup.subarray(0x7d00, 0x7e00), noise(256));
      await stand.flash.preset(0x7d00, Buffer.alloc(256, 0x11));
      // Most of it would only take time.
      const image = imageFile('backup.bin', backup.subarray(0x7d00), 0x7d00);
      const seen: number[] = [];
      await driver.write([image], { onProgress: ({ doneBytes }) => seen.push(doneBytes) });
      assert.deepEqual(seen, [640, 768]);
      await driver.verify([image]);
      assert.deepEqual(await stand.flash.read(0x7d00, 256), noise(256));
    });
  });

  test('files that cannot be written are refused before the board is touched', async () => {
    await withUno(async (driver, stand) => {
      const bad = imageFile('bad.hex', Buffer.from(':100000000C945C000C946E000C946E000C946E0000\n'));
      assert.match((await failureOf(driver.write([bad]))).error.message, /^IMAGE_INVALID: bad .*line 1/);
      const far = imageFile('far.hex', buildIntelHex([{ address: 0x8000, data: Buffer.of(1) }]));
      assert.match(
        (await failureOf(driver.write([far]))).error.message,
        /^FLASH_TOO_SMALL: far ends at 0x8001/,
      );
      assert.equal(stand.entered(), 0);
    });
  });
});

test('a chip that the driver does not know is a mistake in the board file', async () => {
  const options = { link: { path: '/dev/null', baudRate: 115_200 }, baudRate: 115_200, enterLoader };
  const { error } = await failureOf(openFlashDriver('avrdude', { ...options, chip: 'atmega2560' }));
  assert.match(error.message, /^CONFIG_INVALID: .*atmega328p.*atmega2560/);
});

test('without the tool the slot fails, names what installs it, and leaves the board alone', async () => {
  let entered = false;
  const driver = await openFlashDriver('avrdude', {
    link: { path: '/dev/null', baudRate: 115_200 },
    chip: 'atmega328p',
    baudRate: 115_200,
    enterLoader: async () => void (entered = true),
  });
  const command = process.env['RIG_AVRDUDE'];
  process.env['RIG_AVRDUDE'] = join(folder, 'none');
  try {
    assert.match(
      (await failureOf(driver.probe())).error.message,
      /^TOOL_MISSING: .*sudo apt-get install avrdude/,
    );
    assert.equal(entered, false);
  } finally {
    restore(command);
    await driver.close();
  }
});

test('an avrdude that is too old is refused with the version', async () => {
  const driver = await openFlashDriver('avrdude', {
    link: { path: '/dev/null', baudRate: 115_200 },
    chip: 'atmega328p',
    baudRate: 115_200,
    enterLoader,
  });
  await withTool(
    '',
    async () => {
      assert.match((await failureOf(driver.probe())).error.message, /^TOOL_FAILED: .*avrdude 6\.3/);
    },
    '6.3',
  );
  await driver.close();
});

test(
  'a tool that ends well without having written everything is not believed',
  { skip: missingTools('avrdude') },
  async () => {
    await withUno(async (driver) => {
      const image = imageFile('liar.bin', noise(256));
      await withTool('echo "avrdude: 256 bytes of flash written"', async () => {
        const { error } = await failureOf(driver.write([image]));
        assert.match(error.message, /^TOOL_FAILED: .*left out 2 of 2 pages/);
      });
    });
  },
);

/** Runs `use` with a script as avrdude, which says its version and else does what it is told. */
async function withTool(script: string, use: () => Promise<void>, version = '7.1'): Promise<void> {
  const path = join(folder, `tool-${version}-${script.length}`);
  const say = `[ "$1" = "-?" ] && echo "avrdude version ${version}, URL: <none>" && exit 0`;
  writeFileSync(path, `#!/bin/sh\n${say}\n${script}\n`);
  chmodSync(path, 0o755);
  const command = process.env['RIG_AVRDUDE'];
  process.env['RIG_AVRDUDE'] = path;
  try {
    await use();
  } finally {
    restore(command);
  }
}

function restore(command: string | undefined): void {
  if (command === undefined) delete process.env['RIG_AVRDUDE'];
  else process.env['RIG_AVRDUDE'] = command;
}

async function enterLoader(): Promise<void> {
  throw new Error('nothing to enter');
}

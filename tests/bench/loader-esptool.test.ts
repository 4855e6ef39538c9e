import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findVendorEsptool, withoutEsptool } from '../firmware/vendor-esptool.js';
import { startLoaderStand, type LoaderStand, type LoaderStandOptions } from './loader-stand.js';
import { noise } from './wire-rig.js';

const esptool = findVendorEsptool();
const options = { timeout: 60_000, skip: esptool ? false : withoutEsptool };
const image = noise(64 * 1024);
let folder = '';
let imagePath = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'loader-'));
  imagePath = join(folder, 'image.bin');
  writeFileSync(imagePath, image);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Version 4 writes its commands and values with underscores, version 5 with hyphens. */
function spelt(word: string): string {
  return esptool?.major === 4 && /^[a-z]+(-[a-z]+)+$/.test(word) ? word.replaceAll('-', '_') : word;
}

/** A stand, and the vendor's tool on its pseudo-terminal. */
async function standWithTool(
  stand: LoaderStandOptions,
  use: (stand: LoaderStand, run: (...args: string[]) => string) => Promise<void>,
) {
  const running = await startLoaderStand(stand);
  const common = [
    '--port',
    running.serialPath,
    '--before',
    'no-reset',
    '--after',
    'no-reset',
    '--baud',
    '921600',
  ];
  try {
    await use(running, (...args) => esptool?.run(...[...common, ...args].map(spelt)) ?? '');
  } finally {
    await running.close();
  }
}

test(
  'the vendor’s tool identifies the board, writes, verifies and reads back what it wrote',
  options,
  async () => {
    await standWithTool({}, async ({ flash }, run) => {
      const said = run('write-flash', '0x10000', imagePath);
      assert.match(said, /ESP32-D0WD-V3 \(revision v3\.0\)/);
      assert.match(said, /24:6f:28:aa:bb:cc/);
      assert.match(said, /Hash of data verified/);
      assert.deepEqual(await flash.read(0x10000, image.length), image);
      assert.match(run('verify-flash', '0x10000', imagePath), /digest matched/);
      const backPath = join(folder, 'back.bin');
      run('read-flash', '0x10000', String(image.length), backPath);
      assert.ok(readFileSync(backPath).equals(image));
    });
  },
);

test('the vendor’s tool needs no stub, with compressed and with plain blocks', options, async () => {
  await standWithTool({}, async ({ flash, resetIntoLoader }, run) => {
    await flash.preset(0x10000, Buffer.alloc(image.length));
    assert.match(run('--no-stub', 'write-flash', '0x10000', imagePath), /Hash of data verified/);
    await resetIntoLoader();
    assert.match(
      run('--no-stub', 'write-flash', '--no-compress', '0x40000', imagePath),
      /Hash of data verified/,
    );
    assert.deepEqual(await flash.read(0x10000, image.length), image);
    assert.deepEqual(await flash.read(0x40000, image.length), image);
  });
});

test('the vendor’s tool erases a region and the whole chip', options, async () => {
  await standWithTool({}, async ({ flash }, run) => {
    await flash.preset(0x10000, image);
    run('erase-region', '0x11000', '0x1000');
    assert.deepEqual(await flash.read(0x10000, 4096), image.subarray(0, 4096));
    assert.deepEqual(await flash.read(0x11000, 4096), Buffer.alloc(4096, 0xff));
    run('erase-flash');
    assert.deepEqual(await flash.read(0x10000, image.length), Buffer.alloc(image.length, 0xff));
  });
});

test('the vendor’s tool names the chips of the other families', options, async () => {
  for (const [chip, name] of [
    ['esp32s3', 'ESP32-S3 (QFN56) (revision v0.2)'],
    ['esp32c3', 'ESP32-C3 (QFN32) (revision v0.4)'],
  ] as const) {
    await standWithTool({ chip, flashSizeBytes: 8 * 1024 * 1024 }, async (_, run) => {
      const said = run('flash-id');
      assert.ok(said.includes(name), said);
      assert.match(said, /24:6f:28:aa:bb:cc/);
      assert.match(said, /Detected flash size: 8MB/);
    });
  }
});

test('the vendor’s tool finds a bad flash cell', options, async () => {
  await standWithTool({ faults: [{ kind: 'bad-cell', address: 0x11234 }] }, async (_, run) => {
    assert.throws(() => run('write-flash', '0x10000', imagePath), /MD5 of file does not match/);
  });
});

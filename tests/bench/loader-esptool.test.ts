import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { esptoolCommand } from '../../drivers/flash/esptool-tool.js';
import { findVendorEsptool, withoutEsptool } from '../firmware/vendor-esptool.js';
import { startLoaderStand, type LoaderStand, type LoaderStandOptions } from './loader-stand.js';
import { noise } from './wire-rig.js';

const esptool = findVendorEsptool();
const options = { timeout: 60_000 };
const image = noise(32 * 1024);
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

/** Standard output of the tool; rejects with all that it said. */
async function runTool(args: readonly string[]): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1' };
  const { stdout } = await promisify(execFile)(esptoolCommand(), args.map(spelt), {
    env,
    timeout: 60_000,
  }).catch((thrown: Error & { stdout?: string }) => {
    throw new Error(`${thrown.message}\n${thrown.stdout ?? ''}`);
  });
  return stdout;
}

/** A stand, and the vendor's tool on its pseudo-terminal. */
async function standWithTool(
  stand: LoaderStandOptions,
  use: (stand: LoaderStand, run: (...args: string[]) => Promise<string>) => Promise<void>,
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
    await use(running, (...args) => runTool([...common, ...args]));
  } finally {
    await running.close();
  }
}

const chips = [
  ['esp8266', 'ESP8266EX'],
  ['esp32', 'ESP32-D0WD-V3 (revision v3.0)'],
  ['esp32s3', 'ESP32-S3 (QFN56) (revision v0.2)'],
  ['esp32c3', 'ESP32-C3 (QFN32) (revision v0.4)'],
] as const;

describe('the vendor’s tool', { skip: esptool ? false : withoutEsptool, concurrency: 4 }, () => {
  for (const [chip, name] of chips) {
    test(`names an ${chip}, writes, verifies, reads back and erases`, options, async () => {
      await standWithTool({ chip, flashSizeBytes: 8 * 1024 * 1024 }, async ({ flash }, run) => {
        const identity = await run('flash-id');
        assert.ok(identity.includes(name), identity);
        assert.match(identity, /24:6f:28:aa:bb:cc/);
        assert.match(identity, chip === 'esp8266' ? /Crystal.* 26MHz/ : /Crystal.* 40MHz/);
        assert.match(identity, /Detected flash size: 8MB/);
        await flash.preset(0x10000, Buffer.alloc(image.length));
        assert.match(await run('write-flash', '0x10000', imagePath), /Hash of data verified/);
        assert.deepEqual(await flash.read(0x10000, image.length), image);
        assert.match(await run('verify-flash', '0x10000', imagePath), /digest matched/);
        const backPath = join(folder, `${chip}.bin`);
        await run('read-flash', '0x10000', String(image.length), backPath);
        assert.ok(readFileSync(backPath).equals(image));
        await run('erase-flash');
        assert.deepEqual(await flash.read(0x10000, image.length), Buffer.alloc(image.length, 0xff));
      });
    });
  }

  test('needs no stub, with compressed and with plain blocks', options, async () => {
    await standWithTool({}, async ({ flash, resetIntoLoader }, run) => {
      await flash.preset(0x10000, Buffer.alloc(image.length));
      assert.match(await run('--no-stub', 'write-flash', '0x10000', imagePath), /Hash of data verified/);
      await resetIntoLoader();
      assert.match(
        await run('--no-stub', 'write-flash', '--no-compress', '0x40000', imagePath),
        /Hash of data verified/,
      );
      assert.deepEqual(await flash.read(0x10000, image.length), image);
      assert.deepEqual(await flash.read(0x40000, image.length), image);
    });
  });

  test('makes up for the ESP8266’s ROM, which erases too much and has no digest', options, async () => {
    await standWithTool({ chip: 'esp8266' }, async ({ flash }, run) => {
      await flash.preset(0xc000, Buffer.alloc(0x18000));
      await run('--no-stub', 'write-flash', '0xd000', imagePath);
      assert.deepEqual(await flash.read(0xd000, image.length), image);
      assert.deepEqual(await flash.read(0xc000, 0x1000), Buffer.alloc(0x1000));
      assert.deepEqual(await flash.read(0xd000 + image.length + 0x1000, 0x1000), Buffer.alloc(0x1000));
    });
  });

  test('starts what is in flash from the ESP8266’s stub', options, async () => {
    await standWithTool({ chip: 'esp8266' }, async ({ serialPath, events }) => {
      await runTool(['--port', serialPath, '--before', 'no-reset', '--after', 'soft-reset', 'flash-id']);
      assert.ok((await events()).includes('run user code'));
    });
  });

  test('erases a region', options, async () => {
    await standWithTool({}, async ({ flash }, run) => {
      await flash.preset(0x10000, image);
      await run('erase-region', '0x11000', '0x1000');
      assert.deepEqual(await flash.read(0x10000, 4096), image.subarray(0, 4096));
      assert.deepEqual(await flash.read(0x11000, 4096), Buffer.alloc(4096, 0xff));
    });
  });

  test('finds a bad flash cell', options, async () => {
    await standWithTool({ faults: [{ kind: 'bad-cell', address: 0x11234 }] }, async (_, run) => {
      await assert.rejects(run('write-flash', '0x10000', imagePath), /MD5 of file does not match/);
    });
  });
});

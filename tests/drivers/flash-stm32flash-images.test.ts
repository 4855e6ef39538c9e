import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { FlashDriverOptions, FlashImage } from '../../drivers/flash/flash-driver.js';
import { openStm32flash } from '../../drivers/flash/stm32flash/driver.js';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { missingTools } from '../vendor-tools.js';
import { startBoardStand, type BoardStand } from './board-stand.js';
import { failureOf, imageFolder, noise } from './flash-rig.js';

const skip = missingTools('stm32flash');
const baudRate = 115_200;

async function blackPill(context: TestContext) {
  const stand = await startBoardStand({ chip: 'stm32f411', flashSizeBytes: 512 * 1024 });
  context.after(() => stand.close());
  return stand;
}

function driverFor(stand: BoardStand, more: Partial<FlashDriverOptions> = {}) {
  return openStm32flash({
    chip: 'stm32f411',
    link: { path: stand.ports.serialPath, baudRate },
    baudRate,
    enterLoader: (signal) => stand.enterLoader(signal),
    ...more,
  });
}

function images(context: TestContext) {
  const folder = imageFolder();
  context.after(() => folder.remove());
  return folder;
}

/** A file in Intel HEX; its offset in the release counts for nothing. */
async function hexImage(context: TestContext, name: string, segments: { address: number; data: Buffer }[]) {
  const folder = await mkdtemp(join(tmpdir(), 'rig-hex-'));
  context.after(() => rm(folder, { recursive: true }));
  const bytes = buildIntelHex(segments);
  const path = join(folder, `${name}.hex`);
  await writeFile(path, bytes);
  return { name, offset: 0, path, sizeBytes: bytes.length, md5: '' } satisfies FlashImage;
}

test(
  'Intel HEX goes where its addresses say, and parts that share a sector stay both',
  { skip },
  async (context) => {
    const stand = await blackPill(context);
    const [first, second, third] = [noise(301, 1), noise(200, 2), noise(100, 3)];
    await stand.flash.preset(0x4000, Buffer.from('stays'));
    await stand.flash.preset(0x9000, Buffer.from('goes'));
    const app = await hexImage(context, 'app', [
      { address: 0x08000000, data: first },
      // Neither end is a word's.
      { address: 0x08000801, data: second },
      { address: 0x0800_8000, data: third },
    ]);
    const driver = driverFor(stand);
    context.after(() => driver.close());
    const shares: number[] = [];
    const result = await driver.write([app], { onProgress: ({ doneBytes }) => shares.push(doneBytes) });
    assert.equal(result.sizeBytes, app.sizeBytes);
    assert.equal(shares.at(-1), app.sizeBytes);
    assert.deepEqual(await stand.flash.read(0, 302), Buffer.concat([first, Buffer.of(0xff)]));
    assert.deepEqual(
      await stand.flash.read(0x800, 203),
      Buffer.concat([Buffer.of(0xff), second, Buffer.of(0xff, 0xff)]),
    );
    assert.deepEqual(await stand.flash.read(0x8000, 100), third);
    assert.equal((await stand.flash.read(0x4000, 5)).toString(), 'stays');
    assert.deepEqual(await stand.flash.read(0x9000, 4), Buffer.alloc(4, 0xff));
    await driver.verify([app]);

    const elsewhere = await hexImage(context, 'eeprom', [{ address: 0x00810000, data: first }]);
    const { error } = await failureOf(driver.write([elsewhere]));
    assert.match(
      error.message,
      /^IMAGE_INVALID: eeprom has bytes for 0x810000, the flash of the stm32f411 begins at/,
    );
  },
);

test('a binary that looks like Intel HEX is written as it is', { skip }, async (context) => {
  const stand = await blackPill(context);
  const bytes = Buffer.from(':00000001FF\n');
  const image = images(context).add('text', 0, bytes);
  const driver = driverFor(stand);
  context.after(() => driver.close());
  await driver.write([image]);
  assert.deepEqual(await stand.flash.read(0, bytes.length), bytes);
});

test('a board that the driver does not know is refused before anything is touched', async () => {
  const link = { path: '/dev/null', baudRate };
  const open = () =>
    openStm32flash({ chip: 'stm32h743', link, baudRate, enterLoader: () => Promise.resolve() });
  assert.throws(
    open,
    /^RigError: CONFIG_INVALID: the driver stm32flash does not know the chip stm32h743; it knows/,
  );
});

test('a missing tool is named with the command that installs it, and the board is left alone', async (context) => {
  await useTool(context, '/nowhere/stm32flash');
  let entered = 0;
  const driver = openStm32flash({
    chip: 'stm32f103',
    link: { path: '/dev/null', baudRate },
    baudRate,
    enterLoader: () => Promise.resolve(void (entered += 1)),
  });
  const { error } = await failureOf(driver.probe());
  assert.match(error.message, /^TOOL_MISSING: .*sudo apt-get install stm32flash/);
  assert.equal(entered, 0);
});

test('a tool that ends well without having written everything is not believed', { skip }, async (context) => {
  const stand = await blackPill(context);
  const folder = await mkdtemp(join(tmpdir(), 'rig-tool-'));
  context.after(() => rm(folder, { recursive: true }));
  const script = join(folder, 'stm32flash');
  const text =
    'case " $* " in *" -w "*) printf "\\rWrote address 0x08000100 (25.00%%) "; exit 0;; esac; exec stm32flash "$@"';
  await writeFile(script, `#!/bin/sh\n${text}\n`);
  await chmod(script, 0o755);
  await useTool(context, script);
  const driver = driverFor(stand);
  context.after(() => driver.close());
  const { error } = await failureOf(driver.write([images(context).add('app', 0, noise(1024))]));
  assert.match(error.message, /^TOOL_FAILED: stm32flash reported 256 of 1024 bytes of app as written/);
});

/** For one test; they run one after the other. */
async function useTool(context: TestContext, command: string): Promise<void> {
  const before = process.env['RIG_STM32FLASH'];
  process.env['RIG_STM32FLASH'] = command;
  context.after(() => {
    if (before === undefined) delete process.env['RIG_STM32FLASH'];
    else process.env['RIG_STM32FLASH'] = before;
  });
}

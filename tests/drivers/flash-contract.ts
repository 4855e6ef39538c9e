import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { RigError } from '../../core/errors.js';
import type { FlashImage, FlashProgress } from '../../drivers/flash/flash-driver.js';
import type { FlashDriverKind } from '../../drivers/flash/open-flash-driver.js';
import { failureOf, imageFolder, noise, withBoard } from './flash-rig.js';

export interface ContractOptions {
  kind: FlashDriverKind;
  /** Time to start what does the work, in ms, on top of what the issue allows for the board. */
  startUpMs: number;
  skip?: string | false;
}

/** What every flash driver promises, shown on the virtual board. */
export function flashContract({ kind, startUpMs, skip = false }: ContractOptions): void {
  describe(`the flash driver ${kind}`, { skip, concurrency: 3 }, () => {
    const folder = imageFolder();
    after(() => folder.remove());
    const app = folder.add('app', 0x10000, noise(48 * 1024));
    const text = folder.add('bootloader', 0x1000, Buffer.from('compressible '.repeat(1000)));
    const other = folder.add('other', 0x10000, noise(48 * 1024, 2));
    const code = (error: Error) => (error instanceof RigError ? error.code : String(error));

    test('identifies the board, writes, verifies, reads back and erases', async () => {
      await withBoard(kind, {}, async ({ stand, driver }) => {
        assert.equal(driver.name, kind);
        assert.deepEqual(await driver.probe(), {
          chip: 'esp32',
          description: 'ESP32-D0WD-V3 (revision v3.0)',
          mac: '24:6f:28:aa:bb:cc',
          flashSizeBytes: 4 * 1024 * 1024,
          flashId: 'ef4016',
        });
        assert.deepEqual(await stand.flash.read(0, 0x2000), Buffer.alloc(0x2000, 0xff), 'probing wrote');

        // What was there before must be gone, also behind the end of the image.
        await stand.flash.preset(0x10000, Buffer.alloc(0x10000, 0x00));
        const seen: FlashProgress[] = [];
        const result = await driver.write([text, app], { onProgress: (progress) => seen.push(progress) });
        assert.deepEqual(await stand.flash.read(app.offset, app.sizeBytes), noise(48 * 1024));
        assert.equal(result.sizeBytes, app.sizeBytes + text.sizeBytes);
        assert.equal(result.baudRate, 921_600);
        assert.ok(
          result.wireBytes >= app.sizeBytes && result.wireBytes < app.sizeBytes + 2000,
          `${result.wireBytes}`,
        );
        assert.ok(result.seconds > 0.4 && result.seconds < 30, `${result.seconds} s`);
        checkProgress(seen, [text, app]);

        await driver.verify([text, app]);
        const { error } = await failureOf(driver.verify([text, other]));
        assert.match(error.message, /^FLASH_VERIFY_MISMATCH: .*other.*0x0*10000/s);

        const back = await driver.read(text.offset, text.sizeBytes);
        assert.equal(back.toString(), 'compressible '.repeat(1000));

        await driver.erase({ offset: 0x11000, sizeBytes: 0x2000 });
        const flash = await stand.flash.read(0x10000, 0x4000);
        assert.deepEqual(flash.subarray(0x1000, 0x3000), Buffer.alloc(0x2000, 0xff));
        assert.deepEqual(flash.subarray(0, 0x1000), noise(48 * 1024).subarray(0, 0x1000));
        assert.deepEqual(flash.subarray(0x3000), noise(48 * 1024).subarray(0x3000, 0x4000));
        await driver.erase();
        assert.deepEqual(await stand.flash.read(0, 0x20000), Buffer.alloc(0x20000, 0xff));
      });
    });

    for (const chip of ['esp32s3', 'esp32c3']) {
      test(`does the same on an ${chip}`, async () => {
        await withBoard(kind, { chip, driver: { chip } }, async ({ stand, driver }) => {
          assert.equal((await driver.probe()).chip, chip);
          await driver.write([app]);
          await driver.verify([app]);
          assert.deepEqual(await stand.flash.read(app.offset, app.sizeBytes), noise(48 * 1024));
        });
      });
    }

    test('stops within a second of the signal, and can then write again', async () => {
      await withBoard(kind, {}, async ({ stand, driver }) => {
        const stop = new AbortController();
        let abortedAt = 0;
        const write = driver.write([app], {
          signal: stop.signal,
          onProgress({ doneBytes }) {
            if (doneBytes < 16_000 || abortedAt > 0) return;
            abortedAt = performance.now();
            stop.abort();
          },
        });
        const { error, at } = await failureOf(write);
        assert.match(error.message, /^FLASH_ABORTED/);
        assert.ok(abortedAt > 0 && at - abortedAt < 1000, `${at - abortedAt} ms`);
        await driver.write([app]);
        assert.deepEqual(await stand.flash.read(app.offset, app.sizeBytes), noise(48 * 1024));
      });
    });

    test('an aborted signal starts nothing, and its own reason is kept', async () => {
      await withBoard(kind, {}, async ({ driver, entered }) => {
        assert.match(
          (await failureOf(driver.probe({ signal: AbortSignal.abort() }))).error.message,
          /^FLASH_ABORTED/,
        );
        const signal = AbortSignal.abort(new RigError('STEP_TIMEOUT', 'too long'));
        assert.match((await failureOf(driver.probe({ signal }))).error.message, /^STEP_TIMEOUT: too long/);
        assert.equal(entered(), 0);
      });
    });

    test('knows a silent board within 2 s', async () => {
      await withBoard(kind, { faults: [{ kind: 'dead' }] }, async ({ driver }) => {
        const startedAt = performance.now();
        const { error, at } = await failureOf(driver.probe());
        assert.match(error.message, /^DUT_SILENT/);
        assert.ok(at - startedAt < 2000 + startUpMs, `${at - startedAt} ms`);
      });
    });

    test('tells a board that runs its firmware from a silent one, and quotes it', async () => {
      await withBoard(kind, { strap: 'run' }, async ({ driver }) => {
        const { error } = await failureOf(driver.write([app]));
        assert.match(error.message, /^DUT_NOT_IN_LOADER: .*flash read err/s);
      });
    });

    test('knows within 5 s that the loader has stopped, and says where', async () => {
      await withBoard(kind, { faults: [{ kind: 'hang', percent: 60 }] }, async ({ driver }) => {
        let lastAt = 0;
        const write = driver.write([app], { onProgress: () => (lastAt = performance.now()) });
        const { error, at } = await failureOf(write);
        assert.match(error.message, /^FLASH_STALLED: .*app at 0x0*1[0-9a-f]{4} \(\d+ %\)/s);
        assert.ok(at - lastAt < 5000, `${at - lastAt} ms`);
      });
    });

    test('a bad cell is a mismatch that names the region', async () => {
      await withBoard(kind, { faults: [{ kind: 'bad-cell', address: 0x13800 }] }, async ({ driver }) => {
        const { error } = await failureOf(driver.write([app]).then(() => driver.verify([app])));
        assert.match(error.message, /^FLASH_VERIFY_MISMATCH: .*app.* at 0x0*1[0-9a-f]{4}/s);
      });
    });

    test('another chip is refused before anything is written, and both are named', async () => {
      const board = { faults: [{ kind: 'wrong-chip' as const, chip: 'esp32s3' }] };
      await withBoard(kind, board, async ({ stand, driver }) => {
        const { error } = await failureOf(driver.write([app]));
        assert.match(error.message, /^WRONG_CHIP: /);
        assert.match(error.message, /\besp32\b/i);
        assert.match(error.message, /\besp32-?s3\b/i);
        assert.deepEqual(await stand.flash.read(0x10000, 0x1000), Buffer.alloc(0x1000, 0xff));
      });
    });

    test('lost bytes never make a pass of what is not in flash', async () => {
      for (const share of [0.00003, 0.001]) {
        await withBoard(kind, { faults: [{ kind: 'dropped-bytes', share }] }, async ({ stand, driver }) => {
          const passed = await driver
            .write([app])
            .then(() => driver.verify([app]))
            .then(
              () => true,
              (error: Error) => {
                assert.match(
                  code(error),
                  /^(FLASH_(WRITE_FAILED|STALLED|VERIFY_MISMATCH|PROTOCOL)|DUT_SILENT)$/,
                );
                return false;
              },
            );
          const isThere = (await stand.flash.read(app.offset, app.sizeBytes)).equals(noise(48 * 1024));
          assert.ok(isThere || !passed);
          assert.ok(!passed || share < 0.001, 'a thousandth of the bytes lost, and it passed');
        });
      }
    });

    test('a port that does not exist is named', async () => {
      const link = { path: '/dev/serial/by-path/none', baudRate: 115_200 };
      await withBoard(kind, { driver: { link } }, async ({ driver }) => {
        assert.match((await failureOf(driver.probe())).error.message, /^PORT_NOT_FOUND: .*by-path\/none/);
      });
    });

    test('a port that vanishes in the middle is lost, not silent', async () => {
      await withBoard(kind, {}, async ({ stand, driver }) => {
        let closed: Promise<void> | undefined;
        const write = driver.write([app], {
          onProgress({ doneBytes }) {
            if (doneBytes > 16_000) closed ??= stand.close();
          },
        });
        const { error } = await failureOf(write);
        assert.match(error.message, /^PORT_LOST/);
        await closed;
      });
    });

    test('images and regions that do not fit are refused', async () => {
      await withBoard(kind, { flashSizeBytes: 1024 * 1024 }, async ({ driver }) => {
        await driver.probe();
        const tooFar: FlashImage = { ...app, offset: 1024 * 1024 - 4096 };
        assert.match(
          (await failureOf(driver.write([tooFar]))).error.message,
          /^FLASH_TOO_SMALL: app ends at 0x10b000/,
        );
        const crooked: FlashImage = { ...app, offset: 0x10010 };
        assert.match(
          (await failureOf(driver.write([crooked]))).error.message,
          /^CONFIG_INVALID: app starts at 0x10010/,
        );
        const region = { offset: 0, sizeBytes: 100 };
        assert.match((await failureOf(driver.erase(region))).error.message, /^CONFIG_INVALID/);
      });
    });

    test('closing ends the call that runs, and may be done twice', async () => {
      await withBoard(kind, {}, async ({ driver }) => {
        let closed: Promise<void> | undefined;
        const write = driver.write([app], { onProgress: () => void (closed ??= driver.close()) });
        assert.match((await failureOf(write)).error.message, /^PORT_LOST: .* was closed/);
        await closed;
        await driver.close();
        assert.match((await failureOf(driver.probe())).error.message, /^PORT_LOST: .* was closed/);
      });
    });
  });
}

function checkProgress(seen: FlashProgress[], images: FlashImage[]): void {
  const totalBytes = images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  assert.ok(seen.length >= 4, `${seen.length} reports`);
  assert.deepEqual(
    [...new Set(seen.map(({ image }) => image))],
    images.map(({ name }) => name),
  );
  assert.ok(seen.every((progress) => progress.totalBytes === totalBytes));
  assert.equal(seen.at(-1)?.doneBytes, totalBytes);
  seen.reduce((before, { doneBytes }) => {
    assert.ok(doneBytes >= before, `${doneBytes} after ${before}`);
    return doneBytes;
  }, 0);
}

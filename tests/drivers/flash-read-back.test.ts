import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { after, describe, test } from 'node:test';
import { RigError } from '../../core/errors.js';
import { readBack, type BlockAlgorithm } from '../../drivers/flash/read-back.js';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { imageFolder, noise, withBoard } from './flash-rig.js';

const images = imageFolder();
after(() => images.remove());

/** A flash of which a driver reads. */
const flashOf = (bytes: Buffer, read: string[] = []) => ({
  read: (offset: number, sizeBytes: number) => {
    read.push(`${offset.toString(16)}+${sizeBytes.toString(16)}`);
    return Promise.resolve(bytes.subarray(offset, offset + sizeBytes));
  },
});

const errorOf = async (work: Promise<unknown>): Promise<RigError> => {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof RigError, String(thrown));
  return thrown;
};

/** Bit by bit, as the standard has it. */
const crc32 = (bytes: Buffer) =>
  ~bytes.reduce((crc, byte) => {
    let next = crc ^ byte;
    for (let bit = 0; bit < 8; bit += 1) next = next & 1 ? (next >>> 1) ^ 0xedb88320 : next >>> 1;
    return next >>> 0;
  }, 0xffffffff) >>> 0;

describe('reading back', () => {
  const app = noise(10_000);
  const image = images.add('app', 0x1000, app);
  const held = Buffer.concat([Buffer.alloc(0x1000, 0xff), app, noise(500, 9)]);
  const how = { algorithm: 'crc32' as BlockAlgorithm, blockBytes: 1024, chip: 'esp32' };

  test('counts the blocks that it has compared, a short last one included', async () => {
    const read: string[] = [];
    assert.deepEqual(await readBack(flashOf(held, read), [image], how), { blocks: 10, sizeBytes: 10_000 });
    assert.deepEqual(read, ['1000+2710'], 'what was written and nothing else');
  });

  for (const algorithm of ['crc32', 'md5', 'sha256'] as const) {
    test(`names region, offset, block and both checksums of a block that differs, by ${algorithm}`, async () => {
      const damaged = Buffer.from(held);
      for (const at of [0x1000 + 3 * 1024 + 7, 0x1000 + 9_999]) damaged[at] = (damaged[at] ?? 0) ^ 1;
      const sum = (bytes: Buffer) =>
        algorithm === 'crc32'
          ? crc32(bytes).toString(16).padStart(8, '0')
          : createHash(algorithm).update(bytes).digest('hex');
      const error = await errorOf(readBack(flashOf(damaged), [image], { ...how, algorithm }));
      assert.equal(error.code, 'FLASH_VERIFY_MISMATCH');
      const [from, to] = [0x1000 + 3 * 1024, 0x1000 + 4 * 1024];
      const said = `app: block 4 of 10 at 0x1c00 (1024 bytes each) was read back with the ${algorithm} ${sum(damaged.subarray(from, to))}, the release has ${sum(held.subarray(from, to))}; 2 blocks differ`;
      assert.ok(error.message.includes(said), error.message);
    });
  }

  test('compares an Intel HEX file at the addresses that it names', async () => {
    const [one, two] = [noise(300, 2), noise(40, 3)];
    const text = buildIntelHex([
      { address: 0x100, data: one },
      { address: 0x800, data: two },
    ]);
    const hex = images.add('sketch', 0, Buffer.from(text));
    const flash = Buffer.alloc(0x1000, 0xff);
    one.copy(flash, 0x100);
    two.copy(flash, 0x800);
    const read: string[] = [];
    const avr = { ...how, chip: 'atmega328p', blockBytes: 256 };
    assert.deepEqual(await readBack(flashOf(flash, read), [hex], avr), { blocks: 3, sizeBytes: 340 });
    assert.deepEqual(read, ['100+12c', '800+28']);
    flash[0x801] = (flash[0x801] ?? 0) ^ 0xff;
    assert.match((await errorOf(readBack(flashOf(flash), [hex], avr))).message, /block 1 of 1 at 0x800/);
  });

  test('a board that gives less than was asked for does not pass', async () => {
    const short = { read: () => Promise.resolve(app.subarray(0, 9_000)) };
    assert.equal((await errorOf(readBack(short, [image], how))).code, 'FLASH_VERIFY_MISMATCH');
  });

  test('an image that is no longer what was written proves nothing', async () => {
    const swapped = images.add('swapped', 0, noise(2_000));
    await writeFile(swapped.path, noise(1_000));
    assert.equal((await errorOf(readBack(flashOf(held), [swapped], how))).code, 'IMAGE_INVALID');
  });

  test('finds on a real loader what changed after the verification', async () => {
    await withBoard('esptool-js', {}, async ({ driver, stand }) => {
      await driver.write([image]);
      await driver.verify([image]);
      assert.deepEqual(await readBack(driver, [image], how), { blocks: 10, sizeBytes: 10_000 });
      await stand.flash.preset(0x2000, Buffer.from([~(app[0x1000] ?? 0) & 0xff]));
      const { code, message } = await errorOf(readBack(driver, [image], how));
      assert.equal(code, 'FLASH_VERIFY_MISMATCH');
      assert.match(message, /app: block 5 of 10 at 0x2000 /);
    });
  });
});

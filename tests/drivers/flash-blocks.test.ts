import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInflate, inflateSync } from 'node:zlib';
import { blockBytes, blocksOf, compressed, type Block } from '../../drivers/flash/esptool-js/blocks.js';
import { prepareFrames } from '../../drivers/flash/esptool-js/frames.js';
import type { FlashImage } from '../../drivers/flash/flash-driver.js';
import { imageFolder, noise } from './flash-rig.js';

const folder = imageFolder();
after(() => folder.remove());

const blocks = async (image: FlashImage) => {
  const found: Block[] = [];
  for await (const block of blocksOf(await compressed(image), image)) found.push(block);
  return found;
};
const total = (found: Block[]) => found.reduce((sum, { imageBytes }) => sum + imageBytes, 0);

test('an image that does not compress goes in blocks as large as the stub takes, nearly all full', async () => {
  const image = folder.add('noise', 0, noise(300_000));
  const found = await blocks(image);
  assert.ok(found.every(({ data }) => data.length <= blockBytes));
  assert.ok(found.slice(0, -1).every(({ data }) => data.length === blockBytes));
  assert.equal(total(found), 300_000);
  assert.deepEqual(inflateSync(Buffer.concat(found.map(({ data }) => data))), noise(300_000));
});

test('no block decompresses to more than the stub can write before a board would look dead', async () => {
  const bytes = Buffer.concat([noise(50_000), Buffer.alloc(3 * 1024 * 1024, 0xff), noise(50_000)]);
  const image = folder.add('padded', 0, bytes);
  const found = await blocks(image);
  assert.ok(Math.max(...found.map(({ imageBytes }) => imageBytes)) <= 64 * 1024);
  assert.ok(Math.abs(total(found) - bytes.length) < found.length);
  let most = 0;
  let produced = 0;
  const inflate = createInflate().on('data', (chunk: Buffer) => (produced += chunk.length));
  for (const { data } of found) {
    produced = 0;
    await new Promise<void>((resolve) => inflate.write(data, () => setImmediate(resolve)));
    most = Math.max(most, produced);
  }
  assert.ok(most > 32 * 1024 && most <= 192 * 1024, `${most} bytes`);
});

test('without a compressed file the image is compressed here, to the same stream', async () => {
  const { deflatedPath, ...image } = folder.add('text', 0, Buffer.from('hello '.repeat(10_000)));
  assert.ok(deflatedPath);
  assert.deepEqual(await compressed(image), readFileSync(deflatedPath));
});

test('a compressed file that is damaged or belongs to another image is refused before its end is sent', async () => {
  const image = folder.add('app', 0, noise(100_000));
  await assert.rejects(
    blocks({ ...image, sizeBytes: 99_999 }),
    /IMAGE_INVALID: .* holds 100000 bytes instead of 99999/,
  );
  const stream = readFileSync(image.deflatedPath ?? '');
  stream[stream.length >> 1] = (stream[stream.length >> 1] ?? 0) ^ 0xff;
  writeFileSync(image.deflatedPath ?? '', stream);
  await assert.rejects(blocks(image), /IMAGE_INVALID/);
  writeFileSync(image.deflatedPath ?? '', stream.subarray(0, 5000));
  await assert.rejects(blocks(image), /IMAGE_INVALID/);
});

test('frames that nobody takes are given up without a word', async () => {
  const frames = prepareFrames(folder.add('unused', 0, noise(100_000)));
  assert.ok(await frames.next());
  frames.close();
  const missing = prepareFrames({ name: 'x', offset: 0, path: '/no/such/file', sizeBytes: 1, md5: '' });
  missing.close();
  await assert.rejects(missing.compressedBytes, /IMAGE_INVALID: x cannot be read: ENOENT/);
});

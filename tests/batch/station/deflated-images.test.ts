import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { createDeflatedImages } from '../../../batch/station/deflated-images.js';
import { makeStation } from '../station.js';

test('an image is compressed once for all slots, and the folder goes away', async () => {
  const root = await mkdtemp(join(tmpdir(), 'rig-images-'));
  const { slots } = await makeStation(root, { slots: 3 });
  const images = createDeflatedImages(join(root, 'cache'));
  const made = await Promise.all(slots.map(({ release }) => images.of(release)));
  const paths = new Set(made.flat().map(({ deflatedPath }) => deflatedPath));
  assert.equal(paths.size, 1);
  const [path = ''] = paths;
  assert.deepEqual(inflateSync(await readFile(path)), await readFile(join(root, 'app.bin')));
  await images.close();
  await images.close();
  assert.deepEqual(await readdir(root), ['app.bin']);
  await rm(root, { recursive: true });
});

test('an image that was changed after the run had checked it is refused', async () => {
  const root = await mkdtemp(join(tmpdir(), 'rig-images-'));
  const { slots } = await makeStation(root, { slots: 1 });
  await writeFile(join(root, 'app.bin'), 'something else');
  const images = createDeflatedImages(join(root, 'cache'));
  for (const { release } of slots) {
    await assert.rejects(
      images.of(release),
      /IMAGE_INVALID: .*app\.bin \(app\) was changed after the run started/,
    );
  }
  await images.close();
  await rm(root, { recursive: true });
});

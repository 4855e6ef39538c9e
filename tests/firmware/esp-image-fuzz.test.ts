import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoProgram } from '../../firmware/demo-program.js';
import { buildRelease } from '../../firmware/demo-release.js';
import { inspectEspImage } from '../../firmware/esp-image.js';
import { findEspProgram } from '../../firmware/esp-program.js';
import { checkImageContents } from '../../firmware/release-images.js';
import { parsePartitionTable } from '../../firmware/partition-table.js';
import { seededRandom } from '../../firmware/random.js';
import { RigError } from '../../core/errors.js';
import { handMadeImage, smallImage, smallRelease } from './samples.js';

const random = seededRandom(20250603);

/** One to four changes, each a bit, a byte, a whole word or a cut; most of them in the first bytes, where the structure is. */
function mutate(image: Buffer): Buffer {
  let bytes = Buffer.from(image);
  for (let changes = 1 + random.below(4); changes > 0 && bytes.length > 4; changes--) {
    const offset =
      random.below(2) === 0 ? random.below(Math.min(64, bytes.length)) : random.below(bytes.length);
    const kind = random.below(16);
    if (kind === 0) bytes = bytes.subarray(0, offset);
    else if (kind < 6) bytes.writeUInt8(bytes.readUInt8(offset) ^ (1 << random.below(8)), offset);
    else if (kind < 12) bytes.writeUInt8(random.below(256), offset);
    else bytes.writeUInt32LE(random.below(0x100000000), Math.min(offset, bytes.length - 4));
  }
  return bytes;
}

/** Whether the header still says that a hash is appended: without it, the format itself cannot tell every change. */
function claimsHash(bytes: Buffer): boolean {
  return bytes[23] === 1;
}

test('three thousand damaged images: none is accepted, none makes the reader throw', () => {
  const images = [handMadeImage(), smallImage('bootloader'), smallImage('app')];
  for (let round = 0; round < 3000; round++) {
    const image = images[round % images.length] ?? Buffer.alloc(0);
    const damaged = mutate(image);
    const { problems } = inspectEspImage(damaged, { chip: 'esp32' });
    if (damaged.equals(image) || !claimsHash(damaged)) continue;
    assert.notDeepEqual(problems, [], `round ${round} was accepted`);
    for (const { offset, what } of problems) {
      assert(offset >= 0 && offset <= damaged.length, `round ${round}: offset ${offset}`);
      assert.match(what, /expected|truncated|wrong|damaged|ends|which no chip/, `round ${round}`);
    }
  }
});

test('a thousand damaged ESP8266 images: none makes the reader throw, and a changed part is found by its checksum', () => {
  const [image] = buildRelease({
    chip: 'esp8266',
    version: '1.0.0',
    program: demoProgram,
    appSizeBytes: 0xc000,
    seed: 7,
  });
  assert(image);
  for (let round = 0; round < 1000; round++) {
    const damaged = mutate(image.bytes);
    for (const { offset, what } of inspectEspImage(damaged, { chip: 'esp8266' }).problems) {
      assert(offset >= 0 && offset <= damaged.length, `round ${round}: offset ${offset}`);
      assert.match(what, /expected|truncated|wrong|damaged|ends/, `round ${round}`);
    }
    if (round % 5 !== 0) continue;
    // Between the parts lies filler, and where the application's header is gone there is only the second stage.
    const at = 0x1010 + random.below(0x5000);
    const flipped = Buffer.from(image.bytes);
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << random.below(8)), at);
    assert.notDeepEqual(inspectEspImage(flipped, { chip: 'esp8266' }).problems, [], `bit at ${at}`);
  }
});

test('random bytes behind a good first byte never make the reader throw', () => {
  for (let round = 0; round < 1000; round++) {
    const bytes = Buffer.from(Array.from({ length: random.below(600) }, () => random.below(256)));
    if (bytes.length > 0) bytes.writeUInt8(0xe9, 0);
    assert.notDeepEqual(inspectEspImage(bytes).problems, []);
  }
});

test('a thousand damaged partition tables: none is accepted, none makes the reader throw', () => {
  // Without its MD5 row a table is one of an old tool, and the format cannot tell a change.
  const table = smallImage('partitions').subarray(0, 5 * 32);
  for (let round = 0; round < 1000; round++) {
    const damaged = mutate(table);
    const { hasMd5, problems } = parsePartitionTable(Buffer.concat([damaged, Buffer.alloc(64, 0xff)]));
    if (!damaged.equals(table) && hasMd5) assert.notDeepEqual(problems, [], `round ${round} was accepted`);
  }
});

test('a damaged release is reported and a damaged program refused, but nothing crashes', () => {
  const release = smallRelease();
  for (let round = 0; round < 300; round++) {
    const at = round % release.length;
    const images = release.map((image, index) =>
      index === at ? { ...image, bytes: mutate(image.bytes) } : image,
    );
    checkImageContents(images, { chip: 'esp32', version: '1.0.0', flashSizeBytes: 0x400000 });
    try {
      findEspProgram(images[2]?.bytes ?? Buffer.alloc(0));
    } catch (thrown) {
      assert(thrown instanceof RigError && thrown.code === 'IMAGE_INVALID', String(thrown));
    }
  }
});

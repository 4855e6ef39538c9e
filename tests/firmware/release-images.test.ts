import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPartitionTable, parsePartitionTable } from '../../firmware/partition-table.js';
import { checkImageContents, type ImagePlace } from '../../firmware/release-images.js';
import { rehashed, smallImage, smallRelease } from './samples.js';

const release = smallRelease('1.0.0');
const expected = { chip: 'esp32', version: '1.0.0', flashSizeBytes: 0x400000 };

/** The problems of the release with one image changed or left out, as `image: text`. */
function problems(images: ImagePlace[], change: Partial<typeof expected> = {}): string[] {
  return checkImageContents(images, { ...expected, ...change }).map(({ image, what }) => `${image}: ${what}`);
}

function withImage(name: string, change: Partial<ImagePlace>): ImagePlace[] {
  return release.map((image) => (image.name === name ? { ...image, ...change } : image));
}

/** The release with an application partition of another size. */
function withFactory(change: { offset?: number; sizeBytes?: number; type?: number }): ImagePlace[] {
  const { partitions } = parsePartitionTable(smallImage('partitions'));
  const rows = partitions.map((row) => (row.label === 'factory' ? { ...row, ...change } : row));
  return withImage('partitions', { bytes: buildPartitionTable(rows) });
}

const data: ImagePlace = { name: 'nvs', offset: 0x9000, bytes: Buffer.alloc(0x6000, 0xff) };

test('a release that is right has no problems, with data for a partition as well', () => {
  assert.deepEqual(problems(release), []);
  assert.deepEqual(problems([...release, data]), []);
});

const mistakes: [string, string[], RegExp[]][] = [
  [
    'a chip that is not known, with a flash that is too small',
    problems(release, { chip: 'esp9000', flashSizeBytes: 0x11000 }),
    [/^app: it is 49152 bytes long, but the flash of the esp9000 has room for 4096; make it smaller$/],
  ],
  [
    'images for another chip',
    problems(release, { chip: 'esp32c3' }),
    [
      /^bootloader: at 0xc: the image is for esp32 \(chip id 0\), expected esp32c3 \(chip id 5\)$/,
      /^bootloader: offset 0x1000 is not where the esp32c3 looks for it, expected 0x0$/,
      /^app: at 0xc: the image is for esp32/,
    ],
  ],
  [
    'another version',
    problems(release, { version: '1.0.1' }),
    [/^app: its app descriptor says version 1\.0\.0, expected 1\.0\.1, the release's version$/],
  ],
  [
    'a bootloader in the place of the app',
    problems(withImage('app', { bytes: smallImage('bootloader') })),
    [/^app: it has no app descriptor \(magic word 0xabcd5432 at 0x20\), expected one with version 1\.0\.0$/],
  ],
  [
    'an app in the place of the bootloader',
    problems(withImage('bootloader', { bytes: smallImage('app') })),
    [/^bootloader: this is the application demo-sensor-node 1\.0\.0, expected a bootloader$/],
  ],
  [
    'a bootloader at the wrong offset',
    problems(withImage('bootloader', { offset: 0 })),
    [/^bootloader: offset 0x0 is not where the esp32 looks for it, expected 0x1000$/],
  ],
  [
    'a damaged bootloader',
    problems(withImage('bootloader', { bytes: rehashed(smallImage('bootloader'), 2, [9]) })),
    [/^bootloader: at 0x2: the flash mode is 0x09/],
  ],
  [
    'a truncated app',
    problems(withImage('app', { bytes: smallImage('app').subarray(0, 0xb000) })),
    [/^app: at 0x[0-9a-f]+: segment \d of \d is .* the file is truncated/],
  ],
  [
    'an empty app',
    problems(withImage('app', { bytes: Buffer.alloc(0) })),
    [/^app: at 0x0: the file is empty/],
  ],
  [
    'an app that its partition cannot hold',
    problems(withFactory({ sizeBytes: 0x8000 })),
    [/^app: it is 0xc000 bytes long, but the application partition factory has room for 0x8000$/],
  ],
  [
    'an app where no application partition starts',
    problems(withFactory({ offset: 0x20000, sizeBytes: 0x100000 })),
    [/^app: no application partition starts at 0x10000, expected 0x20000 \(factory\)$/],
  ],
  [
    'a table without an application',
    problems(withFactory({ type: 0x40 })),
    [
      /^partitions: at 0x0: no row is an application/,
      /^app: no application partition starts at 0x10000, expected one in the table$/,
    ],
  ],
  [
    'data that is not in a partition',
    problems([...release, { name: 'storage', offset: 0x400000 - 0x1000, bytes: Buffer.alloc(0x2000) }]),
    [/^storage: it is 0x2000 bytes long, but the partition storage has room for 0x1000$/],
  ],
  [
    'a flash that is too small',
    problems(release, { flashSizeBytes: 0x200000 }),
    [
      /^partitions: at 0x60: storage: it ends at 0x400000, behind the end of the flash, expected at most 0x200000$/,
      /^bootloader: it is built for a flash of 0x400000 bytes, expected at most 0x200000: no board would start$/,
    ],
  ],
];
for (const [name, found, patterns] of mistakes) {
  test(`${name}: the messages name the image and the remedy`, () => {
    assert.equal(found.length, patterns.length, found.join('\n'));
    patterns.forEach((pattern, index) => assert.match(found[index] ?? '', pattern));
  });
}

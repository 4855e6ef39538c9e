import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectEspImage } from '../../firmware/esp-image.js';
import { handMadeImage, rehashed, sampleApp, smallImage } from './samples.js';

const image = handMadeImage();

/** The problems of the bytes as `offset: text`. */
function problems(bytes: Buffer, chip?: 'esp32'): string[] {
  const report = inspectEspImage(bytes, chip ? { chip } : {});
  return report.problems.map(({ offset, what }) => `0x${offset.toString(16)}: ${what}`);
}

test('a hand-made image is read to the last field', () => {
  const report = inspectEspImage(image, { chip: 'esp32' });
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.header, {
    segmentCount: 2,
    flashMode: 'DIO',
    flashSizeBytes: 0x400000,
    flashFrequency: 0,
    entry: 0x40080000,
    wpPin: 0xee,
    pinDrive: [0, 0, 0],
    chipId: 0,
    chip: 'esp32',
    minRevision: 0,
    maxRevision: 399,
    hashAppended: true,
  });
  assert.deepEqual(report.segments, [
    { address: 0x3f400020, sizeBytes: 0x100, dataOffset: 0x20, kind: 'mapped' },
    { address: 0x40080000, sizeBytes: 8, dataOffset: 0x128, kind: 'loaded' },
  ]);
  assert.deepEqual(report.app, sampleApp);
  assert.equal(report.bootloader, undefined);
  assert.equal(report.checksum?.offset, 0x13f);
  assert.equal(report.checksum?.stored, report.checksum?.calculated);
  assert.equal(report.hash?.offset, 0x140);
  assert.equal(report.hash?.stored, report.hash?.calculated);
  assert.equal(report.sizeBytes, 0x160);
});

test('the bootloader of a release has a bootloader descriptor and no app descriptor', () => {
  const report = inspectEspImage(smallImage('bootloader'), { chip: 'esp32' });
  assert.deepEqual(report.problems, []);
  assert.deepEqual(report.bootloader, { version: 1, idfVersion: 'v5.2.3', dateTime: 'Jun  3 2025 09:12:44' });
  assert.equal(report.app, undefined);
});

test('an image in a flash array that goes on with ff is as good as the file, and its end is known', () => {
  const inFlash = Buffer.concat([image, Buffer.alloc(0x2000, 0xff)]);
  assert.deepEqual(inspectEspImage(inFlash), inspectEspImage(image));
});

test('an image without appended hash ends behind its checksum', () => {
  const bare = image.subarray(0, 0x140);
  const report = inspectEspImage(Buffer.concat([bare.subarray(0, 23), Buffer.of(0), bare.subarray(24)]));
  assert.deepEqual(report.problems, []);
  assert.equal(report.sizeBytes, 0x140);
  assert.equal(report.hash, undefined);
});

const notImages: [string, Buffer, RegExp][] = [
  ['an empty file', Buffer.alloc(0), /^0x0: the file is empty, expected an ESP image/],
  [
    'erased flash',
    Buffer.alloc(64, 0xff),
    /first byte is 0xff, expected 0xe9 .*erased flash, nothing is written/,
  ],
  ['zeros', Buffer.alloc(64), /^0x0: the first byte is 0x00, expected 0xe9 of an ESP image$/],
  ['an ELF file', Buffer.from('7f454c4601', 'hex'), /ELF file, make an image of it with `esptool elf2image`/],
  [
    'the start of an ESP8266 version 2 image',
    Buffer.from('ea04', 'hex'),
    /ends within the header of the mapped/,
  ],
  ['a partition table', smallImage('partitions'), /this is a partition table$/],
  ['a gzip file', Buffer.from('1f8b08', 'hex'), /gzip file, unpack it first/],
  ['an Intel HEX file', Buffer.from(':020000040000FA\n'), /Intel HEX/],
  ['a UF2 file', Buffer.from('UF2\nWQ]\x9e'), /UF2 file/],
];
for (const [name, bytes, expected] of notImages) {
  test(`${name} is named for what it is`, () => {
    const found = problems(bytes);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? '', expected);
  });
}

/** What is replaced in the hand-made image, where, and every message that must come of it. */
const damages: [string, number, string, RegExp[]][] = [
  ['no segments', 1, '00', [/^0x1: the segment count is 0, expected 1 to 16$/]],
  ['too many segments', 1, '11', [/^0x1: the segment count is 17, expected 1 to 16$/]],
  ['an unknown flash mode', 2, '09', [/^0x2: the flash mode is 0x09, expected 0x00 to 0x05 \(QIO/]],
  ['an unknown flash size', 3, '90', [/^0x3: the flash size code is 0x9, expected 0x0 \(1 MB\)/]],
  ['an unknown flash frequency', 3, '27', [/^0x3: the flash frequency code is 0x7, expected 0x0/]],
  ['an entry point outside of the segments', 4, '00000000', [/^0x4: the entry point 0x00000000 is in none/]],
  ['another chip', 12, '05', [/^0xc: the image is for esp32c3 \(chip id 5\), expected esp32 \(chip id 0\)$/]],
  ['no known chip', 12, '4d', [/^0xc: the image is for an unknown chip \(chip id 77\), expected esp32/]],
  [
    'revisions upside down',
    15,
    '2c016400',
    [/^0xf: .* at least v3\.0 and at most v1\.0, which no chip has$/],
  ],
  [
    'a hash flag that is neither yes nor no',
    23,
    '05',
    [/^0x17: the hash-appended flag is 0x05, expected 0x00 or/],
  ],
  [
    'a segment longer than the file',
    0x124,
    '00020000',
    [
      /^0x124: segment 1 of 2 is 0x200 bytes long by its header, but only 0x38 bytes follow: the file is truncated/,
    ],
  ],
  [
    'an absurd segment length',
    0x124,
    'ffffffff',
    [/^0x124: segment 1 of 2 is 0xffffffff bytes long by its header, expected less than 0x1000000/],
  ],
  [
    'a segment length that is no multiple of 4, which moves the checksum as well',
    0x124,
    '07',
    [
      /^0x124: segment 1 of 2 is 0x7 bytes long, expected a multiple of 4$/,
      /^0x12f: the checksum is/,
      /^0x130: the appended SHA-256 is/,
    ],
  ],
  [
    'a mapped segment at the wrong place in its page',
    0x18,
    '40',
    [
      /^0x18: segment 0 is mapped from flash to 0x3f400040, but its data is at 0x20: .* bytes, expected 0x40$/,
    ],
  ],
  [
    'a segment over another',
    0x120,
    '2400403f',
    [
      /^0x4: the entry point 0x40080000/,
      /^0x120: segment 1 is mapped/,
      /^0x120: segment 1 \(0x3f400024 to 0x3f40002c\) goes over segment 0, expected addresses of its own$/,
    ],
  ],
  [
    'a wrong checksum',
    0x13f,
    '5a',
    [/^0x13f: the checksum is 0x5a, expected 0x[0-9a-f]{2} over the segments/],
  ],
  ['damaged code', 0x128, '00', [/^0x13f: the checksum is 0x[0-9a-f]{2}, expected 0x[0-9a-f]{2} over/]],
  [
    'a version that is not text',
    0x30,
    'c3',
    [
      /^0x30: the app descriptor's version is not readable text, expected printable ASCII/,
      /^0x13f: the checksum/,
    ],
  ],
  [
    'a project name without an end',
    0x50,
    '41'.repeat(32),
    [
      /^0x50: the app descriptor's project is not readable text, .* ends with a zero byte$/,
      /^0x13f: the checksum/,
    ],
  ],
  [
    'an absurd page size',
    0xd4,
    '1f',
    [/^0xd4: the app descriptor's page size is 2\^31, expected 2\^13/, /^0x13f:/],
  ],
];
for (const [name, offset, bytes, expected] of damages) {
  test(`${name}: the messages say what, where and what was expected`, () => {
    const found = problems(rehashed(image, offset, [...Buffer.from(bytes, 'hex')]), 'esp32');
    assert.equal(found.length, expected.length, found.join('\n'));
    expected.forEach((pattern, index) => assert.match(found[index] ?? '', pattern));
  });
}

test('an unknown chip id is named with the known ones when no chip is expected', () => {
  const found = problems(rehashed(image, 12, [77]));
  assert.match(found.join('\n'), /^0xc: the chip id is 77, expected one of 0 esp32, 2 esp32s2/);
});

test('one wrong byte of the SHA-256 is told with both values', () => {
  const changed = Buffer.from(image);
  changed.writeUInt8(changed.readUInt8(0x15f) ^ 1, 0x15f);
  const found = problems(changed);
  assert.equal(found.length, 1);
  assert.match(
    found[0] ?? '',
    /^0x140: the appended SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64} over the 0x140 bytes/,
  );
});

test('a file cut off anywhere is told as such, at its end', () => {
  const stages: [number, RegExp][] = [
    [24, /^the file ends within the image header: it has \d+ bytes, the header needs 24$/],
    [32, /^the file ends before or within the header of segment 0 of 2/],
    [0x120, /^segment 0 of 2 is 0x100 bytes long by its header, but only/],
    [0x128, /^the file ends before or within the header of segment 1 of 2, which needs 8 bytes at 0x120$/],
    [
      0x130,
      /^segment 1 of 2 is 0x8 bytes long by its header, but only 0x[0-7] bytes follow: the file is truncated/,
    ],
    [0x140, /^the file ends before or within the checksum, expected at 0x13f: it is truncated$/],
    [
      0x160,
      /^the file ends before or within the appended SHA-256, expected from 0x140 to 0x160: it is truncated$/,
    ],
  ];
  for (let length = 1; length < image.length; length++) {
    const report = inspectEspImage(image.subarray(0, length));
    const expected = stages.find(([end]) => length < end)?.[1] ?? /never/;
    assert.match(report.problems.at(-1)?.what ?? '', expected, `cut to ${length} bytes`);
  }
});

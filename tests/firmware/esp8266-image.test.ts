import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { buildEsp8266Image } from '../../firmware/build-esp8266-image.js';
import { inspectEspImage } from '../../firmware/esp-image.js';
import { espChecksum } from '../../firmware/esp-image-tail.js';
import { handMadeImage } from './samples.js';

const code = Buffer.from('12c1f0093102a000', 'hex');

/** An image put together by hand from the vendor's "Firmware Image Format": 8 bytes of code at 40100000, checksum at 0x1f. */
const handMade = Buffer.concat([
  Buffer.from('e9010240' + '00001040' + '00001040' + '08000000', 'hex'),
  code,
  Buffer.alloc(7),
  Buffer.of(espChecksum([code])),
]);

const stage = { entry: 0x4010f000, segments: [{ address: 0x4010f000, data: Buffer.alloc(0x300, 0x5a) }] };
const app = {
  entry: 0x40100004,
  flashSizeBytes: 0x100000,
  segments: [
    { address: 0x40201010, data: Buffer.alloc(0x500, 0x17) },
    { address: 0x40100000, data: code },
  ],
};

/** The problems of the bytes as `offset: text`. */
function problems(bytes: Buffer, chip?: 'esp32' | 'esp8266'): string[] {
  const report = inspectEspImage(bytes, chip ? { chip } : {});
  return report.problems.map(({ offset, what }) => `0x${offset.toString(16)}: ${what}`);
}

function changed(image: Buffer, offset: number, hex: string): Buffer {
  const bytes = Buffer.from(image);
  bytes.write(hex, offset, 'hex');
  return bytes;
}

test('a hand-made image is read to the last field, with or without being told the chip', () => {
  for (const report of [inspectEspImage(handMade), inspectEspImage(handMade, { chip: 'esp8266' })]) {
    assert.deepEqual(report, {
      problems: [],
      header: {
        segmentCount: 1,
        flashMode: 'DIO',
        flashSizeBytes: 0x400000,
        flashFrequency: 0,
        entry: 0x40100000,
        chip: 'esp8266',
        hashAppended: false,
      },
      segments: [{ address: 0x40100000, sizeBytes: 8, dataOffset: 0x10, kind: 'loaded' }],
      checksum: {
        offset: 0x1f,
        stored: report.checksum?.calculated,
        calculated: report.checksum?.calculated,
      },
      sizeBytes: 0x20,
    });
  }
});

test('what the builder makes is second stage and application, both checked', () => {
  const image = buildEsp8266Image(stage, app);
  const report = inspectEspImage(image, { chip: 'esp8266' });
  assert.deepEqual(report.problems, []);
  assert.deepEqual(
    report.segments.map(({ address, dataOffset, kind }) => [address, dataOffset, kind]),
    [
      [0x4010f000, 0x10, 'loaded'],
      [0x40201010, 0x1010, 'mapped'],
      [0x40100000, 0x1518, 'loaded'],
    ],
  );
  assert.equal(report.sizeBytes, image.length);
  assert.deepEqual(inspectEspImage(Buffer.concat([image, Buffer.alloc(0x800, 0xff)])), report);
});

test('damage is found in either part, with its place', () => {
  const image = buildEsp8266Image(stage, app);
  const cases: [Buffer, RegExp][] = [
    [changed(handMade, 3, '70'), /^0x3: the flash size code is 0x7, expected 0x0 to 0x6/],
    [changed(handMade, 4, '00000000'), /^0x4: the entry point 0x00000000 is in none/],
    [changed(handMade, 0x12, '00'), /^0x1f: the checksum is 0x\w\w, expected 0x\w\w over the segments/],
    [changed(image, 0x20, '00'), /^0x31f: the checksum/],
    [changed(image, 0x1001, '00'), /^0x1001: the segment count is 0, expected 1 to 16/],
    [changed(image, 0x1004, '00000000'), /^0x1004: the entry point/],
    [changed(image, 0x1200, '00'), /^0x152f: the checksum/],
    [
      changed(image, 0x1008, '10102140'),
      /^0x1008: segment 0 is mapped from flash to 0x40211010, but its data is at 0x1010/,
    ],
    [
      changed(image, 0x1510, '00000030'),
      /^0x1510: segment 1 goes to 0x30000000, expected RAM or mapped flash/,
    ],
    [image.subarray(0, 0x1400), /^0x100c: segment 0 of 2 is 0x500 bytes long .* truncated/],
    [image.subarray(0, 0x1525), /^0x1525: the file ends before or within the checksum/],
  ];
  for (const [bytes, expected] of cases) {
    const found = problems(bytes);
    assert.ok(
      found.some((text) => expected.test(text)),
      `${String(expected)} is not in ${found.join('; ')}`,
    );
  }
});

test('an image of the other format is named for what it is', () => {
  assert.deepEqual(problems(handMade, 'esp32'), [
    '0x8: the image is for esp8266, expected esp32 (chip id 0)',
  ]);
  assert.deepEqual(problems(handMadeImage(), 'esp8266'), [
    '0xc: the image is for esp32 (chip id 0), expected esp8266',
  ]);
  const damaged = changed(handMade, 8, '00000000');
  assert.match(problems(damaged, 'esp8266').join(), /^0x4: the entry point .*segment 0 goes to 0x00000000/);
  assert.match(problems(Buffer.alloc(64, 0xff), 'esp8266').join(), /erased flash, nothing is written/);
});

test('a version 2 image is read over its mapped code to its CRC-32', () => {
  const mapped = Buffer.alloc(0x30, 0x21);
  const head = Buffer.from('ea040240' + '00001040' + '00000000' + '30000000', 'hex');
  const body = Buffer.concat([head, mapped, handMade]);
  const plain = crc32(body);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(plain & 0x80000000 ? ~plain >>> 0 : plain + 1);
  const image = Buffer.concat([body, crc]);
  const report = inspectEspImage(image, { chip: 'esp8266' });
  assert.deepEqual(report.problems, []);
  assert.deepEqual(
    report.segments.map(({ dataOffset, sizeBytes, kind }) => [dataOffset, sizeBytes, kind]),
    [
      [0x10, 0x30, 'mapped'],
      [0x50, 8, 'loaded'],
    ],
  );
  assert.equal(report.sizeBytes, image.length);
  assert.match(problems(changed(image, 0x20, '00')).join(), /^0x60: the CRC-32 is 0x\w{8}, expected 0x\w{8}/);
  assert.match(
    problems(changed(image, 12, 'ffffff00')).join(),
    /^0xc: the mapped code is 0xffffff bytes long/,
  );
  assert.match(problems(body).join(), /ends before the CRC-32, expected at 0x60/);
});

test('what cannot be laid out is refused', () => {
  const elsewhere = { ...app, segments: [{ address: 0x40202010, data: code }] };
  assert.throws(
    () => buildEsp8266Image(stage, elsewhere),
    /0x40202010 would stand at 0x1010, which is mapped to 0x40201010/,
  );
  const long = { ...stage, segments: [{ address: 0x4010f000, data: Buffer.alloc(0x1000) }] };
  assert.throws(
    () => buildEsp8266Image(long, app),
    /a second stage of 0x1020 bytes does not fit in front of 0x1000/,
  );
  assert.throws(
    () => buildEsp8266Image(stage, { ...app, flashSizeBytes: 0x300000 }),
    /0x300000 is no flash size/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAppDescriptor } from '../../firmware/app-descriptor.js';
import { buildEspImage, type EspImageSource } from '../../firmware/build-esp-image.js';
import { espChips } from '../../firmware/esp-chips.js';
import { inspectEspImage } from '../../firmware/esp-image.js';
import { handMadeImage, sampleApp } from './samples.js';

const code = Buffer.from('36410020a2000df0', 'hex');

test('the builder gives the hand-made image, byte for byte', () => {
  const built = buildEspImage({
    chip: 'esp32',
    entry: 0x40080000,
    maxRevision: 399,
    segments: [
      { address: 0x3f400020, data: buildAppDescriptor(sampleApp) },
      { address: 0x40080000, data: code },
    ],
  });
  assert.deepEqual(built, handMadeImage());
});

test('the header carries what it was given', () => {
  const source: EspImageSource = {
    chip: 'esp32s3',
    entry: 0x40374000,
    flashMode: 'QIO',
    flashSizeBytes: 0x1000000,
    flashFrequency: 0xf,
    minRevision: 2,
    maxRevision: 199,
    appendHash: false,
    segments: [{ address: 0x40374000, data: code }],
  };
  const { header, problems, hash } = inspectEspImage(buildEspImage(source), { chip: 'esp32s3' });
  assert.deepEqual(problems, []);
  assert.equal(hash, undefined);
  const { flashMode, flashSizeBytes, flashFrequency, minRevision, maxRevision } = source;
  assert.deepEqual(header, {
    ...header,
    flashMode,
    flashSizeBytes,
    flashFrequency,
    minRevision,
    maxRevision,
    hashAppended: false,
  });
});

for (const chip of espChips.filter(({ name }) => name !== 'esp8266')) {
  test(`an application for the ${chip.name} is placed so that it can be mapped`, () => {
    const [drom] = chip.drom;
    const [irom] = chip.irom;
    const image = buildEspImage({
      chip: chip.name,
      entry: 0x50000000,
      segments: [
        { address: drom + 0x20, data: buildAppDescriptor(sampleApp) },
        { address: irom + 0x100020, data: Buffer.alloc(0x300, 0x5a) },
        { address: 0x50000000, data: Buffer.alloc(0x400, 0xa5) },
      ],
    });
    const report = inspectEspImage(image, { chip: chip.name });
    assert.deepEqual(report.problems, []);
    assert.equal(report.app?.version, sampleApp.version);
    assert.equal(report.sizeBytes, image.length);
  });
}

test('the gap in front of mapped code is filled with RAM data first and zeros for the rest', () => {
  const segments = [
    { address: 0x3f400020, data: Buffer.alloc(0x1000, 1) },
    { address: 0x400d0020, data: Buffer.alloc(0x1000, 2) },
    { address: 0x3ffb0000, data: Buffer.alloc(0x8000, 3) },
  ];
  const place = (data: Buffer): string[] =>
    inspectEspImage(
      buildEspImage({
        chip: 'esp32',
        entry: 0x3ffb0000,
        segments: [...segments, { address: 0x40080000, data }],
      }),
    ).segments.map(
      ({ kind, address, sizeBytes }) => `${kind} ${address.toString(16)} ${sizeBytes.toString(16)}`,
    );
  assert.deepEqual(place(Buffer.alloc(0x10000, 4)), [
    'mapped 3f400020 1000',
    'loaded 3ffb0000 8000',
    'loaded 40080000 6fe8',
    'mapped 400d0020 1000',
    'loaded 40086fe8 9018',
  ]);
  assert.deepEqual(place(Buffer.alloc(0x100, 4)), [
    'mapped 3f400020 1000',
    'loaded 3ffb0000 8000',
    'loaded 40080000 100',
    'padding 0 6ee0',
    'mapped 400d0020 1000',
  ]);
});

test('a segment of any length is filled up to whole words', () => {
  const image = buildEspImage({
    chip: 'esp32',
    entry: 0x40080000,
    segments: [{ address: 0x40080000, data: code.subarray(0, 5) }],
  });
  assert.equal(inspectEspImage(image).segments[0]?.sizeBytes, 8);
  assert.deepEqual(inspectEspImage(image).problems, []);
});

test('every length of the segments leaves checksum and hash where they belong', () => {
  for (let words = 1; words <= 16; words++) {
    const data = Buffer.alloc(words * 4, words);
    const image = buildEspImage({
      chip: 'esp32',
      entry: 0x40080000,
      segments: [{ address: 0x40080000, data }],
    });
    const { problems, sizeBytes } = inspectEspImage(image);
    assert.deepEqual([problems, sizeBytes, image.length % 16], [[], image.length, 0]);
  }
});

test('what cannot be an image is refused with the reason', () => {
  const segment = { address: 0x40080000, data: code };
  const build = (change: Partial<EspImageSource>) => () =>
    buildEspImage({ chip: 'esp32', entry: 0x40080000, segments: [segment], ...change });
  assert.throws(build({ segments: [] }), /1 to 16 segments, these would be 0/);
  assert.throws(build({ segments: Array.from({ length: 17 }, () => segment) }), /these would be 17/);
  assert.throws(build({ flashSizeBytes: 0x300000 }), /0x300000 is not a flash size/);
  assert.throws(
    build({ segments: [{ address: 0x3f400022, data: code }] }),
    /0x3f400022 is not a multiple of 4/,
  );
  assert.throws(() => buildAppDescriptor({ ...sampleApp, version: 'v'.repeat(32) }), /at most 31 characters/);
  assert.throws(() => buildAppDescriptor({ ...sampleApp, elfSha256: 'abc' }), /is not a SHA-256 in hex/);
});

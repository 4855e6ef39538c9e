import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildAppDescriptor } from '../../firmware/app-descriptor.js';
import { buildEspImage } from '../../firmware/build-esp-image.js';
import { buildRelease } from '../../firmware/demo-release.js';
import type { EspChipName } from '../../firmware/esp-chips.js';
import { inspectEspImage } from '../../firmware/esp-image.js';
import { inspectIntelHex } from '../../firmware/intel-hex.js';
import { seededRandom } from '../../firmware/random.js';
import { CODE, lookalike } from '../../firmware/lookalike.js';
import { demoRelease, demoReleases } from '../../rigs/releases/build-demo.js';
import { rehashed, sampleApp } from './samples.js';
import { tinyElf, type ElfSection } from './tiny-elf.js';
import { findVendorEsptool, withoutEsptool } from './vendor-esptool.js';

const esptool = findVendorEsptool();
const skip = esptool === undefined && withoutEsptool;
const folder = mkdtempSync(join(tmpdir(), 'vendor-images-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the vendor's tool says of an image, in lower case, because 4 and 5 differ in that. */
function imageInfo(bytes: Buffer): string {
  assert(esptool);
  const file = join(folder, 'image.bin');
  writeFileSync(file, bytes);
  const info =
    esptool.major >= 5 ? esptool.run('image-info', file) : esptool.run('image_info', '--version', '2', file);
  return info.toLowerCase();
}

/** A byte as a pattern: version 4 of the tool leaves out prefixes and leading zeros. */
function byte(digits: string | undefined): string {
  return `(0x)?0?${Number.parseInt(digits ?? '', 16).toString(16)}`;
}

const [bootloader, , app] = buildRelease(demoRelease).map(({ bytes }) => bytes);
assert(bootloader && app);

test("the vendor's esptool accepts the demo bootloader", { skip }, () => {
  const info = imageInfo(bootloader);
  assert.match(info, /detected image type: esp32\n/);
  assert.match(info, /flash size: 4mb\nflash freq: 40m\nflash mode: dio\n/);
  assert.match(info, /checksum: 0x[0-9a-f]+ \(valid\)/);
  assert.match(info, /validation hash: [0-9a-f]{64} \(valid\)/);
  assert.match(info, /bootloader version: 1\nesp-idf: v5\.2\.3/);
});

test("the vendor's esptool accepts every image of the other demo releases", { skip }, () => {
  const chips = {
    'demo-esp32s3-1.2.0': 'esp32-?s3',
    'demo-esp32c3-1.2.0': 'esp32-?c3',
    'demo-esp8266-1.2.0': 'esp8266',
  };
  for (const [release, chip] of Object.entries(chips)) {
    for (const { name, bytes } of demoReleases[release]?.() ?? []) {
      if (name === 'partitions') continue;
      const info = imageInfo(bytes);
      assert.match(info, new RegExp(`detected image type: ${chip}\n`));
      assert.match(info, /checksum: 0x[0-9a-f]+ \(valid\)/);
      assert.doesNotMatch(info, /warning|invalid/);
      if (chip !== 'esp8266') assert.match(info, /validation hash: [0-9a-f]{64} \(valid\)/);
    }
  }
});

test("the vendor's esptool accepts the demo application and reads its version", { skip }, () => {
  const info = imageInfo(app);
  const { header, hash, checksum } = inspectEspImage(app);
  assert.match(info, /chip id: 0 \(esp32\)/);
  assert.match(info, new RegExp(`entry point: 0x${header?.entry.toString(16)}\n`));
  assert.match(info, new RegExp(`checksum: ${byte(checksum?.calculated)} \\(valid\\)`));
  assert.match(info, new RegExp(`validation hash: ${hash?.calculated} \\(valid\\)`));
  assert.match(info, /project name: demo-sensor-node/);
  assert.match(info, /app version: 1\.2\.0/);
});

test("the vendor's esptool and the reader agree on what is wrong with a damaged image", { skip }, () => {
  const damaged = rehashed(app, 0x4000, [1, 2, 3, 4]);
  const { checksum, problems } = inspectEspImage(damaged);
  const [is, shouldBe] = [checksum?.stored, checksum?.calculated];
  assert.match(imageInfo(damaged), new RegExp(`${byte(is)} \\(invalid - calculated ${byte(shouldBe)}\\)`));
  assert.match(problems[0]?.what ?? '', new RegExp(`0x${is}, expected 0x${shouldBe}`));
  const lastByte = Buffer.from(app);
  lastByte.writeUInt8(lastByte.readUInt8(app.length - 1) ^ 0x80, app.length - 1);
  assert.match(imageInfo(lastByte), /validation hash: [0-9a-f]{64} \(invalid\)/);
});

const random = seededRandom(99);
const readOnly = Buffer.concat([buildAppDescriptor(sampleApp), lookalike(0x3000, CODE, random)]);

interface Program {
  chip: EspChipName;
  machine: 'xtensa' | 'riscv';
  /** Read-only data, mapped code, variables, code in RAM; the first begins with the app descriptor. */
  sections: ElfSection[];
}

function program(
  chip: EspChipName,
  machine: 'xtensa' | 'riscv',
  drom: number,
  irom: number,
  ram: number,
): Program {
  const sections = [
    { name: '.flash.rodata', address: drom + 0x20, data: readOnly },
    { name: '.flash.text', address: irom + 0x20, data: lookalike(0x2344, CODE, random) },
    { name: '.dram0.data', address: ram, data: lookalike(0x900, CODE, random) },
    { name: '.iram0.text', address: ram + 0x10000, data: lookalike(0x12340, CODE, random) },
  ];
  return { chip, machine, sections };
}

const forEsp32 = program('esp32', 'xtensa', 0x3f400000, 0x400d0000, 0x3ffb0000);
const programs = [
  forEsp32,
  program('esp32s3', 'xtensa', 0x3c000000, 0x42010000, 0x3fc90000),
  program('esp32c3', 'riscv', 0x3c000000, 0x42010000, 0x3fc80000),
  program('esp32c6', 'riscv', 0x42000000, 0x42010000, 0x40800000),
];

function elfOf({ machine, sections }: Program): Buffer {
  return tinyElf(machine, sections.at(-1)?.address ?? 0, sections);
}

/** The image that the vendor's tool makes of the program. */
function elf2image(source: Program, ...options: string[]): Buffer {
  assert(esptool);
  const [elf, image] = [join(folder, 'program.elf'), join(folder, 'program.bin')];
  writeFileSync(elf, elfOf(source));
  const settings = ['-fm', 'dio', '-fs', '4MB', '--max-rev-full', '399'];
  esptool.run('--chip', source.chip, 'elf2image', ...settings, '-o', image, ...options, elf);
  return readFileSync(image);
}

for (const source of programs) {
  const { chip, sections } = source;
  test(`an image for the ${chip} is built as the vendor's esptool builds it, byte for byte`, { skip }, () => {
    const entry = sections.at(-1)?.address ?? 0;
    const ours = buildEspImage({ chip, entry, maxRevision: 399, segments: sections });
    assert.deepEqual(inspectEspImage(ours, { chip }).problems, []);
    assert(ours.equals(elf2image(source)), 'the images differ');
  });
}

const variants: [string, string[]][] = [
  ['padded for Secure Boot 1', ['--secure-pad']],
  ['padded for Secure Boot 2', ['--secure-pad-v2']],
  ['without hash', ['--dont-append-digest']],
  ['padded with ff', ['--pad-to-size', '1MB']],
  ['with RAM segments only in its header', ['--ram-only-header']],
];
for (const [name, options] of variants) {
  test(`an image that the vendor's esptool makes ${name} is accepted`, { skip }, () => {
    const image = elf2image(forEsp32, ...options);
    const { problems, sizeBytes } = inspectEspImage(image, { chip: 'esp32' });
    assert.deepEqual(problems, []);
    assert(sizeBytes !== undefined && sizeBytes <= image.length);
  });
}

test('Intel HEX as the vendor’s esptool writes it is read, byte for byte', { skip }, () => {
  assert(esptool);
  const [image, file] = [join(folder, 'boot.bin'), join(folder, 'merged.hex')];
  writeFileSync(image, bootloader);
  const merge = esptool.major >= 5 ? 'merge-bin' : 'merge_bin';
  esptool.run('--chip', 'esp32', merge, '--format', 'hex', '-o', file, '0xfff0', image);
  const { problems, segments } = inspectIntelHex(readFileSync(file));
  assert.deepEqual(problems, []);
  assert.deepEqual(
    segments.map(({ address, data }) => [address, data.equals(bootloader)]),
    [[0xfff0, true]],
  );
});

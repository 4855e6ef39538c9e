import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { checkImageContents, requiredImages, spansOf } from '../../firmware/release-images.js';
import { buildUf2, uf2Families } from '../../firmware/uf2.js';
import { checkForChip, type FirmwarePlace } from '../../firmware/validation/chip-check.js';
import { placeText } from '../../firmware/validation/finding.js';
import { avrProgram, filler, rp2040Program, stm32Program } from './programs.js';
import { rehashed, smallImage } from './samples.js';

const rp2040 = uf2Families['rp2040'] ?? 0;
const uf2 = (bytes: Buffer, address = 0x10000000, family = rp2040) =>
  buildUf2([{ address, data: bytes }], family);
const intelHex = (bytes: Buffer, address = 0) => buildIntelHex([{ address, data: bytes }]);

/** `error chip: at 0x0: …` */
function findings(bytes: Buffer, place: string | FirmwarePlace): string[] {
  const found = checkForChip(bytes, typeof place === 'string' ? { chip: place } : place);
  return found.map((finding) => `${finding.severity} ${finding.kind}: ${placeText(finding)}${finding.what}`);
}

const good: [string, Buffer, string][] = [
  ['an ESP image', smallImage('app'), 'esp32'],
  ['a partition table', smallImage('partitions'), 'esp32'],
  ['Intel HEX for an AVR', intelHex(avrProgram()), 'atmega328p'],
  ['a raw binary for an AVR, up to its boot loader', avrProgram(32256), 'atmega328p'],
  ['a binary for an STM32F103', stm32Program(), 'stm32f103'],
  ['a binary for an STM32F411', stm32Program({ stack: 0x20020000, reset: 0x0807fffd }), 'stm32f411'],
  ['UF2 for an RP2040', uf2(rp2040Program()), 'rp2040'],
  ['a raw binary for an RP2040', rp2040Program(), 'rp2040'],
  ['anything for a chip that is not known', filler(100), 'nrf52840'],
];
for (const [name, bytes, chip] of good) {
  test(`${name} is accepted`, () => assert.deepEqual(findings(bytes, chip), []));
}

const bad: [string, Buffer, string | FirmwarePlace, RegExp][] = [
  [
    'an ESP image of another chip',
    smallImage('app'),
    'esp32s3',
    /^error chip: at 0xc: the image is for esp32/,
  ],
  [
    'a damaged ESP image',
    rehashed(smallImage('app'), 0x4000, [1, 2, 3]),
    'esp32',
    /^error checksum: at 0x[0-9a-f]+: the checksum is/,
  ],
  [
    'an AVR program that reaches into the loader',
    avrProgram(32258),
    'atmega328p',
    /^error size: its contents reach from 0x0 to 0x7e02, but the boot loader of the atmega328p is at 0x7e00/,
  ],
  [
    'Intel HEX of an STM32 for an AVR',
    intelHex(stm32Program(), 0x08000000),
    'atmega328p',
    /^error chip: it has 2048 bytes at 0x8000000, where the atmega328p has no flash/,
  ],
  [
    'Intel HEX with EEPROM',
    buildIntelHex([
      { address: 0, data: avrProgram() },
      { address: 0x810000, data: filler(4) },
    ]),
    'atmega328p',
    /^error chip: it has 4 bytes at 0x810000, which is EEPROM, fuses or lock bits/,
  ],
  [
    'erased flash for an AVR',
    Buffer.alloc(512, 0xff),
    'atmega328p',
    /^error format: at 0x0: every byte is 0xff/,
  ],
  [
    'a raw binary for an AVR that does not begin with a jump',
    filler(512),
    'atmega328p',
    /^error chip: at 0x0: the first instruction is/,
  ],
  [
    'an ARM program for an AVR',
    stm32Program(),
    'atmega328p',
    /^error chip: at 0x0: the first instruction is 0x5000/,
  ],
  [
    'Intel HEX for an AVR that does not begin with a jump',
    intelHex(filler(512), 0),
    'atmega328p',
    /^warning chip: at 0x0: the first instruction is/,
  ],
  ['one byte for an AVR', Buffer.of(0x0c), 'atmega328p', /^error format: .*/],
  [
    'the boot loader of an AVR',
    intelHex(filler(512), 0x7e00),
    'atmega328p',
    /^error size: .*the boot loader of the atmega328p is at 0x7e00/,
  ],
  [
    'Intel HEX behind other text',
    Buffer.concat([Buffer.from('\n; built today\n'), intelHex(avrProgram(), 0)]),
    'atmega328p',
    /^error format: at 0x1: line 2: it begins with ";", expected a colon/,
  ],
  [
    'Intel HEX behind a byte order mark',
    Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), intelHex(avrProgram(), 0)]),
    'atmega328p',
    /^error format: at 0x0: line 1: it begins with byte 0xef/,
  ],
  [
    'an ESP image for an AVR',
    smallImage('app'),
    'atmega328p',
    /^error chip: at 0x0: this is an ESP image for esp32, expected Intel HEX or a raw binary/,
  ],
  [
    'an ELF file',
    Buffer.from('\x7fELF\x01\x01', 'latin1'),
    'stm32f411',
    /^error format: at 0x0: this is an ELF file, .*objcopy -O binary/,
  ],
  [
    'Intel HEX for an STM32',
    intelHex(stm32Program(), 0x08000000),
    'stm32f103',
    /^error format: at 0x0: this is an Intel HEX file, expected a raw binary for stm32f103; make a raw binary with/,
  ],
  [
    'a program of the larger STM32',
    stm32Program({ stack: 0x20020000 }),
    'stm32f103',
    /^error chip: at 0x0: the initial stack pointer is 0x20020000, expected .* up to 0x20005000/,
  ],
  [
    'a stack that is not aligned',
    stm32Program({ stack: 0x20004ffe }),
    'stm32f103',
    /^error chip: at 0x0: the initial stack pointer is 0x20004ffe/,
  ],
  [
    'a reset vector that is no Thumb code',
    stm32Program({ reset: 0x08000198 }),
    'stm32f103',
    /^error format: at 0x4: the reset vector is 0x08000198, expected an odd address/,
  ],
  [
    'a reset vector beyond the flash',
    stm32Program({ reset: 0x08010001 }),
    'stm32f103',
    /^error chip: at 0x4: the reset vector is 0x08010001, expected an address in flash, 0x08000000 to 0x0800ffff/,
  ],
  [
    'an STM32 program that is too long',
    stm32Program({ sizeBytes: 0x10001 }),
    'stm32f103',
    /^error size: its contents reach from 0x8000000 to 0x8010001/,
  ],
  ['four bytes', filler(4), 'stm32f103', /^error format: at 0x4: the file ends within the vector table/],
  [
    'a second stage with a wrong CRC',
    uf2(Buffer.concat([Buffer.from([1]), rp2040Program().subarray(1)])),
    'rp2040',
    /^error checksum: at address 0x100000fc: the CRC-32 of the second stage is 0x/,
  ],
  [
    'a vector table of another chip',
    Buffer.concat([rp2040Program().subarray(0, 256), stm32Program({ reset: 0x10000200 })]),
    'rp2040',
    /^error chip: at 0x100: the vector table's reset vector is 0x10000200/,
  ],
  [
    'a short RP2040 binary',
    rp2040Program().subarray(0, 200),
    'rp2040',
    /^error format: at 0xc8: the file ends within the second stage/,
  ],
  [
    'UF2 of another family',
    uf2(rp2040Program(), 0x10000000, 0x57755a57),
    'rp2040',
    /^error chip: at 0x1c: the UF2 file has the family 0x57755a57 \(stm32f4\)/,
  ],
  [
    'UF2 that leaves out the start of flash',
    uf2(filler(512), 0x10004000),
    'rp2040',
    /^error chip: nothing goes to 0x10000000/,
  ],
  [
    'UF2 for somewhere else',
    uf2(filler(512), 0x30000000),
    'rp2040',
    /^error chip: at address 0x30000000: it has 512 bytes for 0x30000000, which is neither flash/,
  ],
  [
    'UF2 beyond the flash of the board',
    uf2(rp2040Program(0x2000)),
    { chip: 'rp2040', flashBytes: 0x1000 },
    /^error size: its contents reach from 0x10000000 to 0x10002000/,
  ],
  [
    'UF2 of another family for a chip that is not known',
    uf2(filler(512)),
    'nrf52840',
    /^error chip: at 0x1c: the UF2 file has the family 0xe48bff56/,
  ],
  [
    'broken Intel HEX for a chip that is not known',
    Buffer.from(':0100000041BE\n'),
    'nrf52840',
    /^error format: at 0xe: the end record/,
  ],
  ['an empty file', Buffer.alloc(0), 'stm32f103', /^error format: the file is empty/],
  [
    'more than the flash of a chip that is not known',
    filler(100),
    { chip: 'nrf52840', flashBytes: 64 },
    /^error size: it is 100 bytes long/,
  ],
];
for (const [name, bytes, place, pattern] of bad) {
  test(`${name} is told`, () => {
    const found = findings(bytes, place);
    assert(
      found.some((line) => pattern.test(line)),
      found.join('\n') || 'it was accepted',
    );
  });
}

test('what a release needs by name depends on the chip', () => {
  assert.deepEqual(requiredImages('esp32c3'), ['bootloader', 'partitions', 'app']);
  assert.deepEqual(requiredImages('esp8266'), ['app']);
  assert.deepEqual(requiredImages('stm32f411'), []);
});

test('files with addresses of their own take the flash that they name, not the length of the file', () => {
  const two = buildIntelHex([
    { address: 0x100, data: filler(10) },
    { address: 0x200, data: filler(10) },
  ]);
  assert.deepEqual(spansOf('atmega328p', { offset: 0, bytes: two }), [
    [0x100, 0x10a],
    [0x200, 0x20a],
  ]);
  assert.deepEqual(spansOf('rp2040', { offset: 0, bytes: uf2(rp2040Program(0x1000)) }), [[0, 0x1000]]);
  assert.deepEqual(spansOf('rp2040', { offset: 0, bytes: uf2(filler(512), 0x20000000) }), []);
  assert.deepEqual(spansOf('stm32f103', { offset: 0x400, bytes: filler(10) }), [[0x400, 0x40a]]);
});

test('a release for an AVR is one program, and data of other chips is not taken for a program', () => {
  const expected = { chip: 'atmega328p', version: '1.0.0', flashSizeBytes: 0x8000 };
  const app = { name: 'app', offset: 0, bytes: avrProgram() };
  assert.deepEqual(checkImageContents([app], expected), []);
  const [problem] = checkImageContents([app, { ...app, name: 'data', offset: 0x1000 }], expected);
  assert.match(problem?.what ?? '', /^there are 2 images \(app, data\), expected one/);
  const stm32 = { chip: 'stm32f411', version: '1.0.0', flashSizeBytes: 0x80000 };
  const images = [
    { name: 'app', offset: 0, bytes: stm32Program() },
    { name: 'settings', offset: 0x60000, bytes: filler(64) },
  ];
  assert.deepEqual(checkImageContents(images, stm32), []);
});

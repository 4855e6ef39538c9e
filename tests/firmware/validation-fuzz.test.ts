import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { chipFlashes } from '../../firmware/chip-flash.js';
import { buildEsp8266Release } from '../../firmware/demo-esp8266.js';
import { demoProgram8266 } from '../../firmware/demo-program-esp.js';
import { inspectEspImage } from '../../firmware/esp-image.js';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { seededRandom } from '../../firmware/random.js';
import { checkImageContents } from '../../firmware/release-images.js';
import { buildUf2 } from '../../firmware/uf2.js';
import type { Advisory } from '../../firmware/validation/advisories.js';
import { placeText } from '../../firmware/validation/finding.js';
import { inspectFirmware } from '../../firmware/validation/inspect-firmware.js';
import { makeKeyPair, signFirmware } from '../../firmware/validation/signature.js';
import { validateFirmware } from '../../firmware/validation/validate-firmware.js';
import { certificates, der } from './certificates.js';
import { avrProgram, rp2040Program, stm32Program } from './programs.js';
import { handMadeImage, smallImage } from './samples.js';

/** 2,000 images unless told: RIG_FUZZ=20000 is the full run. */
const rounds = Number(process.env['RIG_FUZZ'] ?? 2000);
const random = seededRandom(20261120);
const now = new Date('2030-05-01T00:00:00Z');
const pair = makeKeyPair();
const trustedKey = Buffer.from(pair.publicKey);
const advisories: Advisory[] = [
  { id: 'X', framework: 'esp-idf', belowVersion: '6.0', summary: 's', url: 'https://x', severity: 'error' },
];

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const sensitive = Buffer.concat([
  Buffer.from(certificates.expired),
  der(certificates.shortRsa),
  Buffer.from(ec.export({ type: 'sec1', format: 'pem' })),
  ec.export({ type: 'pkcs8', format: 'der' }),
  Buffer.from(`eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.${'a'.repeat(43)}\0`),
  Buffer.from(['AK', 'IAQWERTYUIOP234567\0'].join('')),
]);
const withSecrets = (program: Buffer) => Buffer.concat([program, sensitive]);

/** One of each kind of file, most with certificates and keys in them. */
const seeds: { chip: string; bytes: Buffer }[] = [
  { chip: 'esp32', bytes: handMadeImage() },
  { chip: 'esp32', bytes: withSecrets(smallImage('app').subarray(0, 0x4000)) },
  { chip: 'esp32', bytes: smallImage('bootloader') },
  { chip: 'esp32', bytes: smallImage('partitions') },
  {
    chip: 'esp8266',
    bytes: buildEsp8266Release({
      version: '1.0.0',
      program: demoProgram8266,
      flashSizeBytes: 0x400000,
      appSizeBytes: 0xc000,
      seed: 1,
    }).bytes,
  },
  { chip: 'atmega328p', bytes: withSecrets(avrProgram()) },
  { chip: 'atmega328p', bytes: buildIntelHex([{ address: 0, data: withSecrets(avrProgram()) }]) },
  { chip: 'stm32f103', bytes: withSecrets(stm32Program()) },
  { chip: 'stm32f411', bytes: stm32Program({ stack: 0x20020000 }) },
  { chip: 'rp2040', bytes: withSecrets(rp2040Program()) },
  {
    chip: 'rp2040',
    bytes: buildUf2([{ address: 0x10000000, data: withSecrets(rp2040Program()) }], 0xe48bff56),
  },
  { chip: 'nrf52840', bytes: sensitive },
];

/** One to five changes: bits, bytes, words, cuts, pieces put in, taken out, doubled or taken from another file. */
function mutate(original: Buffer): Buffer {
  let bytes = Buffer.from(original);
  for (let changes = 1 + random.below(5); changes > 0 && bytes.length > 8; changes--) {
    const at = random.below(2) === 0 ? random.below(Math.min(64, bytes.length)) : random.below(bytes.length);
    const length = Math.min(1 + random.skewed(300), bytes.length - at);
    const other = seeds[random.below(seeds.length)]?.bytes ?? bytes;
    const from = random.below(other.length);
    const splice = (middle: Buffer) =>
      Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + length)]);
    const kind = random.below(20);
    if (kind < 6) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at);
    else if (kind < 10) bytes.writeUInt8(random.below(256), at);
    else if (kind < 14)
      bytes.writeUInt32LE(
        words[random.below(words.length)] ?? random.below(2 ** 32),
        Math.min(at, bytes.length - 4),
      );
    else if (kind < 15) bytes = bytes.subarray(0, at);
    else if (kind < 16) bytes = splice(Buffer.alloc(0));
    else if (kind < 17)
      bytes = splice(Buffer.concat([bytes.subarray(at, at + length), bytes.subarray(at, at + length)]));
    else if (kind < 18) bytes = splice(Buffer.alloc(length, random.below(256)));
    else bytes = splice(other.subarray(from, from + length));
  }
  return bytes;
}

/** Numbers at which lengths and addresses go wrong. */
const words = [
  0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc, 0x1000000, 0x10000000, 0x20000000, 0x08000000,
];

test(`${rounds} damaged images over all formats crash nothing, and every finding can be shown`, () => {
  for (let round = 0; round < rounds; round++) {
    const { chip, bytes: original } = seeds[round % seeds.length] ?? { chip: '', bytes: Buffer.alloc(0) };
    const bytes = mutate(original);
    const target =
      random.below(4) === 0 ? (chipFlashes[random.below(chipFlashes.length)]?.chip ?? chip) : chip;
    const findings = validateFirmware(bytes, {
      chip: target,
      flashBytes: 0x8000 << random.below(8),
      maxBytes: 0x2000,
      offset: random.below(2) * 0x1000,
      checksums: [
        { algorithm: 'crc32', value: ['00000000', 'ffffffff'], blockSize: 1 + random.below(0x4000) },
      ],
      signature:
        random.below(2) === 0 ? bytes.subarray(0, 64) : Buffer.from(bytes.toString('base64').slice(0, 88)),
      trustedKey: random.below(8) === 0 ? bytes : trustedKey,
      requireSignature: random.below(2) === 0,
      framework: { name: 'esp-idf', version: bytes.toString('latin1', 0, 20) },
      advisories,
      now,
    });
    for (const finding of findings) {
      assert.match(`${placeText(finding)}${finding.what}`, /^[^\n\r\0]{10,}$/, `round ${round}`);
      assert(
        (finding.offset ?? 0) >= 0 && (finding.offset ?? 0) <= bytes.length,
        `round ${round}: ${finding.offset}`,
      );
    }
    assert(
      findings.some(({ kind, severity }) => kind === 'checksum' && severity === 'error'),
      `round ${round}`,
    );
    if (round % 16 === 0) JSON.stringify(inspectFirmware(bytes, now));
    if (round % 4 === 0) {
      const image = { name: 'app', offset: 0, bytes };
      checkImageContents([image, { ...image, name: 'partitions', offset: 0x8000 }], {
        chip: target,
        version: '1.0.0',
        flashSizeBytes: 0x400000,
      });
    }
  }
});

test('no damaged ESP image that still carries its SHA-256 is accepted, and no changed file by its signature', () => {
  const original = smallImage('app').subarray(0);
  const signed = signFirmware(original, Buffer.from(pair.privateKey));
  assert(typeof signed !== 'string');
  for (let round = 0; round < Math.ceil(rounds / 10); round++) {
    const bytes = mutate(original);
    if (bytes.subarray(0, original.length).equals(original)) continue;
    const findings = validateFirmware(bytes, {
      chip: 'esp32',
      signature: signed.signature,
      trustedKey,
      requireSignature: true,
      now,
    });
    assert(
      findings.some(({ kind }) => kind === 'signature'),
      `round ${round}: the signature was accepted`,
    );
    if (inspectEspImage(bytes).header?.hashAppended !== true) continue;
    assert(
      findings.some(({ kind }) => ['format', 'chip', 'checksum'].includes(kind)),
      `round ${round}: the image was accepted`,
    );
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { checksumOf } from '../../firmware/validation/checksum.js';
import { makeKeyPair, signFirmware } from '../../firmware/validation/signature.js';
import { certificates } from '../firmware/certificates.js';
import { avrProgram, filler, stm32Program } from '../firmware/programs.js';
import { assertProblems, loadTinyRig, tinyRig, type ExpectedProblem, type RigChanges } from './tiny-rig.js';

const file = 'releases/one-1.0.0.yaml';
const boardFile = 'boards/board-a.yaml';
const release = String(tinyRig[`rigs/${file}`]);
const board = String(tinyRig[`rigs/${boardFile}`]);
const images = ['bootloader', 'partitions', 'app'] as const;
const bytesOf = (name: string) => Buffer.from(tinyRig[`rigs/releases/one-1.0.0/${name}.bin`] ?? '');
const app = bytesOf('app');

const pair = makeKeyPair();
function signature(bytes: Buffer, { privateKey } = pair): Buffer {
  const signed = signFirmware(bytes, Buffer.from(privateKey));
  if (typeof signed === 'string') throw new Error(signed);
  return signed.signature;
}

/** The release with lines added to its images' entries. */
function releaseWith(lines: Partial<Record<(typeof images)[number], string>>, top = ''): string {
  const text = images.reduce(
    (before, name) => before.replace(new RegExp(`(/${name}\\.bin\\n)`), `$1${lines[name] ?? ''}`),
    release,
  );
  return text.replace('chip: esp32\n', `chip: esp32\n${top}`);
}

const boardWith = (firmware: string) => board.replace('supply:', `firmware: ${firmware}\nsupply:`);
const signed = (name: string) => `    signature: one-1.0.0/${name}.bin.sig\n`;
const allSigned = releaseWith({
  bootloader: signed('bootloader'),
  partitions: signed('partitions'),
  app: signed('app'),
});
const withoutHash = (text: string) => text.replace(/ +sha256: \w+\n$/, '');

const keyAndSignatures: RigChanges = {
  'rigs/release.pub.pem': pair.publicKey,
  ...Object.fromEntries(
    images.map((name) => [`rigs/releases/one-1.0.0/${name}.bin.sig`, signature(bytesOf(name))]),
  ),
};
const demanding = boardWith('{ trustedKey: ../release.pub.pem, requireSignature: true }');

const accepted: [string, RigChanges][] = [
  [
    'signed as the board demands',
    { ...keyAndSignatures, [`rigs/${boardFile}`]: demanding, [`rigs/${file}`]: allSigned },
  ],
  [
    'with a CRC-32 in the place of the SHA-256',
    {
      [`rigs/${file}`]: withoutHash(
        releaseWith({ app: `    checksum: { algorithm: crc32, value: "${checksumOf(app, 'crc32')}" }\n` }),
      ),
    },
  ],
  [
    'unsigned for a board that only knows a key',
    { ...keyAndSignatures, [`rigs/${boardFile}`]: boardWith('{ trustedKey: ../release.pub.pem }') },
  ],
];
for (const [name, changes] of accepted) {
  test(`a release ${name} is loaded`, async (t) => {
    const rig = await loadTinyRig(t, changes);
    assert.deepEqual(rig.problems, []);
    assert.equal(rig.stations.length, 1);
  });
}

interface Case {
  name: string;
  changes: RigChanges;
  problems: (Omit<ExpectedProblem, 'file'> & { file?: string })[];
}

const perBlock = (bytes: Buffer) =>
  Array.from({ length: Math.ceil(bytes.length / 0x4000) }, (_, index) =>
    checksumOf(bytes.subarray(index * 0x4000, (index + 1) * 0x4000), 'crc32'),
  );
const blocks = perBlock(app).map((value, index) => (index === 1 ? '00000000' : value));

const cases: Case[] = [
  {
    name: 'neither hash nor checksum',
    changes: { [`rigs/${file}`]: withoutHash(release) },
    problems: [{ at: 'name: app', path: 'images[2].sha256', says: ['is missing', 'or write a `checksum`'] }],
  },
  {
    name: 'a damaged block, named by its number',
    changes: {
      [`rigs/${file}`]: releaseWith({
        app: `    checksum: { algorithm: crc32, blockSize: 16384, value: ["${blocks.join('", "')}"] }\n`,
      }),
    },
    problems: [
      {
        at: '["',
        path: 'images[2].checksum.value',
        says: ['block 2 of 2 (0x4000 to 0x5fff)', 'expected 00000000'],
      },
    ],
  },
  {
    name: 'a checksum that is none',
    changes: {
      [`rigs/${file}`]: releaseWith({ app: '    checksum: { algorithm: crc32, value: "12345" }\n' }),
    },
    problems: [{ at: '"12345"', path: 'images[2].checksum.value', says: ['8 (crc32) or 64 (sha256)'] }],
  },
  {
    name: 'a signature file that is not there',
    changes: {
      ...keyAndSignatures,
      'rigs/releases/one-1.0.0/app.bin.sig': null,
      [`rigs/${boardFile}`]: demanding,
      [`rigs/${file}`]: allSigned,
    },
    problems: [
      {
        at: 'one-1.0.0/app.bin.sig',
        path: 'images[2].signature',
        says: ['there is no signature', 'rig firmware sign'],
      },
    ],
  },
  {
    name: 'images that are not signed, where the board demands it',
    changes: {
      ...keyAndSignatures,
      [`rigs/${boardFile}`]: demanding,
      [`rigs/${file}`]: releaseWith({ bootloader: signed('bootloader') }),
    },
    problems: [
      { at: 'name: partitions', path: 'images[1].signature', says: ['partitions: it is not signed'] },
      { at: 'name: app', path: 'images[2].signature', says: ['app: it is not signed'] },
    ],
  },
  {
    name: 'a signature by somebody else, although the board demands none',
    changes: {
      ...keyAndSignatures,
      'rigs/releases/one-1.0.0/app.bin.sig': signature(app, makeKeyPair()),
      [`rigs/${boardFile}`]: boardWith('{ trustedKey: ../release.pub.pem }'),
      [`rigs/${file}`]: allSigned,
    },
    problems: [
      {
        at: 'one-1.0.0/app.bin.sig',
        path: 'images[2].signature',
        says: ['not of this file by the trusted key'],
      },
    ],
  },
  {
    name: 'a release that demands signatures on a board without a key',
    changes: { [`rigs/${file}`]: releaseWith({}, 'requireSignature: true\n') },
    problems: [
      { at: 'true', path: 'requireSignature', says: ['board board-a has no key', 'firmware.trustedKey'] },
    ],
  },
  {
    name: 'a board that demands signatures without a key',
    changes: { [`rigs/${boardFile}`]: boardWith('{ requireSignature: true }') },
    problems: [
      { file: boardFile, at: 'true', path: 'firmware.requireSignature', says: ['there is no trustedKey'] },
    ],
  },
  {
    name: 'a trusted key that is the private one',
    changes: {
      [`rigs/${boardFile}`]: boardWith('{ trustedKey: ../release.pub.pem }'),
      'rigs/release.pub.pem': pair.privateKey,
    },
    problems: [
      {
        file: boardFile,
        at: '../release.pub.pem',
        path: 'firmware.trustedKey',
        says: ['holds a private key'],
      },
    ],
  },
  {
    name: 'an image that is larger than the board allows',
    changes: { [`rigs/${boardFile}`]: boardWith('{ maxBytes: 25KB }') },
    problems: [
      {
        at: 'one-1.0.0/bootloader.bin',
        path: 'images[0].file',
        says: ['bootloader: it has 26720 bytes', 'allows 25600'],
      },
    ],
  },
  {
    name: 'a certificate that has ended, and a key, in an image',
    changes: {
      'rigs/releases/one-1.0.0/app.bin': Buffer.concat([
        app,
        Buffer.from(certificates.expired),
        Buffer.from(pair.privateKey),
      ]),
      [`rigs/${file}`]: release.replace(
        /(app\.bin\n +sha256: )\w+/,
        `$1${checksumOf(Buffer.concat([app, Buffer.from(certificates.expired), Buffer.from(pair.privateKey)]), 'sha256')}`,
      ),
    },
    problems: [
      {
        at: 'one-1.0.0/app.bin',
        path: 'images[2].file',
        says: ['app: at 0x6000: the certificate of CN=expired.test.example expired on 2021-01-01'],
      },
      { at: 'one-1.0.0/app.bin', path: 'images[2].file', says: ['a private key (PEM) is in the file'] },
    ],
  },
  {
    name: 'a framework that is known to be vulnerable, by the image and by the release file',
    changes: {
      [`rigs/${boardFile}`]: boardWith('{ advisories: ../advisories.yaml }'),
      [`rigs/${file}`]: releaseWith({}, 'framework: { name: freertos, version: 10.4.1 }\n'),
      'rigs/advisories.yaml':
        'advisories:\n' +
        '  - { id: CVE-1, framework: freertos, belowVersion: 10.4.3, summary: one, url: "https://example.org/" }\n' +
        '  - { id: CVE-2, framework: esp-idf, belowVersion: 5.2.4, summary: two, url: "https://example.org/", severity: warning }\n' +
        '  - { id: CVE-3, framework: esp-idf, fromVersion: 5.2.0, belowVersion: 5.2.4, summary: three, url: "https://example.org/" }\n',
    },
    problems: [
      { at: '10.4.1', path: 'framework.version', says: ['CVE-1', 'build it with 10.4.3 or later'] },
      {
        at: 'one-1.0.0/bootloader.bin',
        path: 'images[0].file',
        says: ['bootloader: it is built with esp-idf v5.2.3, which has CVE-3'],
      },
      { at: 'one-1.0.0/app.bin', path: 'images[2].file', says: ['CVE-3'] },
    ],
  },
  {
    name: 'an advisories file with a mistake, at its own place',
    changes: {
      [`rigs/${boardFile}`]: boardWith('{ advisories: ../advisories.yaml }'),
      'rigs/advisories.yaml':
        'advisories:\n  - { id: CVE-1, framework: esp-idf, summary: one, url: "https://example.org/" }\n',
    },
    problems: [
      { file: 'advisories.yaml', at: '{ id', path: 'advisories[0].belowVersion', says: ['is missing'] },
    ],
  },
];
for (const { name, changes, problems } of cases) {
  test(`refused with its place: ${name}`, async (t) => {
    const rig = await loadTinyRig(t, changes);
    assertProblems(
      rig,
      problems.map((problem) => ({ file, ...problem })),
    );
  });
}

/** The tiny rig for another chip, with one program. */
function rigFor(chip: string, flash: string, image: Buffer, entry: string): RigChanges {
  return {
    [`rigs/${boardFile}`]: board
      .replace('chip: esp32', `chip: ${chip}`)
      .replace('flash: { size: 2MB }', `flash: ${flash}`),
    [`rigs/${file}`]: `release: one-1.0.0\nversion: 1.0.0\nchip: ${chip}\nimages:\n  - name: program\n    file: one-1.0.0/program.bin\n    ${entry}\n    sha256: ${checksumOf(image, 'sha256')}\n`,
    'rigs/releases/one-1.0.0/program.bin': image,
  };
}

const avrFlash = '{ driver: avrdude, size: 32KB }';
const stm32Flash = '{ driver: stm32flash, size: 512KB }';
const avrHex = buildIntelHex([{ address: 0, data: avrProgram(32000) }]);

test('releases for other chips need one program of any name, and Intel HEX counts by what is in it', async (t) => {
  assert(avrHex.length > 0x8000);
  assert.deepEqual((await loadTinyRig(t, rigFor('atmega328p', avrFlash, avrHex, 'offset: 0'))).problems, []);
  const stm32 = stm32Program({ stack: 0x20020000 });
  assert.deepEqual((await loadTinyRig(t, rigFor('stm32f411', stm32Flash, stm32, 'offset: 0'))).problems, []);
  assert.deepEqual(
    (await loadTinyRig(t, rigFor('stm32f411', stm32Flash, filler(64), 'offset: 0x20000'))).problems,
    [],
  );
});

test('an offset within a sector is refused with the sectors of that chip', async (t) => {
  const rig = await loadTinyRig(t, rigFor('stm32f411', stm32Flash, filler(64), 'offset: 0x14000'));
  assertProblems(rig, [
    { file, at: '0x14000', path: 'images[0].offset', says: ['use the start of one: 0x10000 or 0x20000'] },
  ]);
});

test('a program of another chip of the family is refused', async (t) => {
  const stm32 = stm32Program({ stack: 0x20030000 });
  const rig = await loadTinyRig(t, rigFor('stm32f411', stm32Flash, stm32, 'offset: 0'));
  assertProblems(rig, [
    {
      file,
      at: 'one-1.0.0/program.bin',
      path: 'images[0].file',
      says: ['program: at 0x0: the initial stack pointer is 0x20030000'],
    },
  ]);
});

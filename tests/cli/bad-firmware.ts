import { createHash, generateKeyPairSync } from 'node:crypto';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { buildUf2 } from '../../firmware/uf2.js';
import { makeKeyPair, signFirmware } from '../../firmware/validation/signature.js';
import { certificates, der } from '../firmware/certificates.js';
import { avrProgram, filler, rp2040Program, stm32Program } from '../firmware/programs.js';
import { handMadeImage, rehashed, smallImage } from '../firmware/samples.js';

export type BoardName = 'esp' | 'esp-c3' | 'signed' | 'small' | 'uno' | 'bluepill' | 'pico' | 'old';

/** A firmware file that must not go onto a board. */
export interface BadFirmware {
  name: string;
  board: BoardName;
  bytes: Buffer;
  /** What the verdict must say. */
  says: RegExp;
  signature?: Buffer;
  sha256?: string;
  crc32?: string;
}

/** Key of the board `signed`. */
export const releaseKeys = makeKeyPair();
const otherKeys = makeKeyPair();

export function signatureOf(bytes: Buffer, privateKey = releaseKeys.privateKey): Buffer {
  const signed = signFirmware(bytes, Buffer.from(privateKey));
  if (typeof signed === 'string') throw new Error(signed);
  return signed.signature;
}

const app = handMadeImage();
const hexFile = buildIntelHex([{ address: 0, data: avrProgram() }]).toString('latin1');
const uf2File = buildUf2([{ address: 0x10000000, data: rp2040Program() }], 0xe48bff56);
const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const awsKeyId = ['AK', 'IAQWERTYUIOP234567'].join('');

/** The hand-made image with something in place of nothing behind its end, where a flash image goes on. */
const carrying = (thing: string | Buffer): Buffer =>
  Buffer.concat([app, Buffer.alloc(16), Buffer.from(thing as string)]);

function word(bytes: Buffer, offset: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(value, offset);
  return changed;
}

function flipped(bytes: Buffer, offset: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[offset] = (changed[offset] ?? 0) ^ 0xff;
  return changed;
}

export const badFirmware: BadFirmware[] = [
  // Truncated at every header of an ESP image, and of the other formats.
  { name: 'nothing', board: 'esp', bytes: app.subarray(0, 0), says: /format: the file is empty/ },
  {
    name: 'cut in the image header',
    board: 'esp',
    bytes: app.subarray(0, 12),
    says: /ends within the image header: it has 12 bytes/,
  },
  {
    name: 'cut in the first segment header',
    board: 'esp',
    bytes: app.subarray(0, 28),
    says: /header of segment 0 of 2/,
  },
  {
    name: 'cut in the first segment',
    board: 'esp',
    bytes: app.subarray(0, 100),
    says: /segment 0 of 2 is 0x100 bytes long .* only 0x44 bytes follow/,
  },
  {
    name: 'cut in the second segment header',
    board: 'esp',
    bytes: app.subarray(0, 0x124),
    says: /header of segment 1 of 2/,
  },
  {
    name: 'cut in the second segment',
    board: 'esp',
    bytes: app.subarray(0, 0x12c),
    says: /segment 1 of 2 is 0x8 bytes long .* only 0x4 bytes follow/,
  },
  {
    name: 'cut before the checksum',
    board: 'esp',
    bytes: app.subarray(0, 0x138),
    says: /within the checksum, expected at 0x13f/,
  },
  {
    name: 'cut in the hash',
    board: 'esp',
    bytes: app.subarray(0, 0x150),
    says: /the appended SHA-256, expected from 0x140 to 0x160/,
  },
  {
    name: 'a cut vector table',
    board: 'bluepill',
    bytes: stm32Program().subarray(0, 6),
    says: /ends within the vector table: it has 6 bytes/,
  },
  {
    name: 'a cut UF2 block',
    board: 'pico',
    bytes: uf2File.subarray(0, uf2File.length - 100),
    says: /412 bytes are left behind 15 whole blocks/,
  },
  // Damaged.
  {
    name: 'a wrong magic',
    board: 'esp',
    bytes: flipped(app, 0),
    says: /the first byte is 0x16, expected 0xe9/,
  },
  {
    name: 'an ELF file',
    board: 'esp',
    bytes: Buffer.concat([Buffer.from('\x7fELF', 'latin1'), filler(60)]),
    says: /this is an ELF file, make an image of it/,
  },
  {
    name: 'a bad checksum',
    board: 'esp',
    bytes: rehashed(app, 0x13f, [0]),
    says: /error checksum: at 0x13f: the checksum is 0x00/,
  },
  {
    name: 'a bad hash',
    board: 'esp',
    bytes: flipped(app, 0x150),
    says: /error checksum: at 0x140: the appended SHA-256 is/,
  },
  {
    name: 'an overlong segment',
    board: 'esp',
    bytes: word(app, 0x1c, 0x2000000),
    says: /segment 0 of 2 is 0x2000000 bytes long by its header, expected less than 0x1000000/,
  },
  {
    name: 'an entry point outside',
    board: 'esp',
    bytes: rehashed(app, 4, [0, 0, 0, 0]),
    says: /the entry point 0x00000000 is in none of the segments/,
  },
  {
    name: 'a damaged partition table',
    board: 'esp',
    bytes: flipped(smallImage('partitions'), 0x24),
    says: /error format: at 0x[0-9a-f]+: .*MD5/,
  },
  {
    name: 'another SHA-256 than was released',
    board: 'esp',
    bytes: app,
    sha256: 'ab'.repeat(32),
    says: /error checksum: its SHA-256 is/,
  },
  {
    name: 'another CRC-32 than was released',
    board: 'esp',
    bytes: app,
    crc32: '12345678',
    says: /error checksum: its CRC-32 is [0-9a-f]{8}, expected 12345678/,
  },
  {
    name: 'HEX with a bad line',
    board: 'uno',
    bytes: Buffer.from(hexFile.replace(/^(:10003000)../m, '$100')),
    says: /line 4: its checksum is 0x/,
  },
  {
    name: 'HEX with a line cut short',
    board: 'uno',
    bytes: Buffer.from(hexFile.replace(/^(:10002000.*)....$/m, '$1')),
    says: /line 3: it announces 16 data bytes/,
  },
  {
    name: 'HEX without its end',
    board: 'uno',
    bytes: Buffer.from(hexFile.replace(':00000001FF\n', '')),
    says: /the end record :00000001FF is missing/,
  },
  {
    name: 'UF2 with a missing block',
    board: 'pico',
    bytes: Buffer.concat([uf2File.subarray(0, 1024), uf2File.subarray(1536)]),
    says: /block number 2 is missing/,
  },
  {
    name: 'UF2 with a block twice',
    board: 'pico',
    bytes: Buffer.concat([uf2File, uf2File.subarray(0, 512)]),
    says: /block 16 has the number 0 of block 0 again/,
  },
  {
    name: 'UF2 with a wrong magic in a block',
    board: 'pico',
    bytes: flipped(uf2File, 1532),
    says: /block 2: the last magic word is 0x0ab16fcf/,
  },
  {
    name: 'a second stage with a wrong CRC',
    board: 'pico',
    bytes: flipped(rp2040Program(), 10),
    says: /error checksum: at 0xfc: the CRC-32 of the second stage/,
  },
  // For something else.
  {
    name: 'the wrong ESP chip',
    board: 'esp-c3',
    bytes: app,
    says: /error chip: at 0xc: the image is for esp32 \(chip id 0\), expected esp32c3/,
  },
  {
    name: 'the wrong STM32',
    board: 'bluepill',
    bytes: stm32Program({ stack: 0x20020000 }),
    says: /error chip: at 0x0: the initial stack pointer is 0x20020000/,
  },
  {
    name: 'an ARM program for an AVR',
    board: 'uno',
    bytes: buildIntelHex([{ address: 0x08000000, data: stm32Program() }]),
    says: /at 0x8000000, where the atmega328p has no flash/,
  },
  {
    name: 'UF2 for another family',
    board: 'pico',
    bytes: buildUf2([{ address: 0x10000000, data: rp2040Program() }], 0xada52840),
    says: /the family 0xada52840 \(nrf52840\), expected 0xe48bff56 \(rp2040\)/,
  },
  {
    name: 'a program that goes over the boot loader',
    board: 'uno',
    bytes: avrProgram(32258),
    says: /the boot loader of the atmega328p is at 0x7e00/,
  },
  {
    name: 'more than the board allows',
    board: 'small',
    bytes: smallImage('app'),
    says: /error size: it has 49152 bytes of contents, but the board file allows 40960/,
  },
  // Not to be trusted.
  {
    name: 'an expired certificate',
    board: 'esp',
    bytes: carrying(certificates.expired),
    says: /error certificate: at 0x170: the certificate of CN=expired\.test\.example expired on 2021-01-01/,
  },
  {
    name: 'a weak certificate in DER',
    board: 'esp',
    bytes: carrying(der(certificates.shortRsa)),
    says: /error certificate: at 0x170: .* has a key of RSA 1024 bits/,
  },
  {
    name: 'a certificate signed with MD5',
    board: 'esp',
    bytes: carrying(der(certificates.md5)),
    says: /is signed with MD5/,
  },
  {
    name: 'a private key',
    board: 'esp',
    bytes: carrying(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    says: /error secret: at 0x170: a private key \(PEM\) is in the file/,
  },
  {
    name: 'a private key in DER',
    board: 'esp',
    bytes: carrying(privateKey.export({ type: 'sec1', format: 'der' })),
    says: /error secret: at 0x170: an EC private key \(DER\) is in the file/,
  },
  {
    name: 'a cloud token',
    board: 'esp',
    bytes: carrying(awsKeyId),
    says: /error secret: at 0x170: an AWS access key id is in the file/,
  },
  {
    name: 'unsigned',
    board: 'signed',
    bytes: app,
    says: /error signature: it is not signed, and a signature is required/,
  },
  {
    name: 'signed by somebody else',
    board: 'signed',
    bytes: app,
    signature: signatureOf(app, otherKeys.privateKey),
    says: /error signature: the signature is not of this file by the trusted key/,
  },
  {
    name: 'a signature cut short',
    board: 'signed',
    bytes: app,
    signature: signatureOf(app).subarray(0, 40),
    says: /the signature is 40 bytes of something else/,
  },
  {
    name: 'a framework that is known to be vulnerable',
    board: 'old',
    bytes: app,
    says: /error advisory: it is built with esp-idf v5\.2\.3, which has CVE-0000-0001/,
  },
];

/** For tests that name a file by what is in it. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

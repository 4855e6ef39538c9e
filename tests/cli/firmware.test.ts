import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { formatReport, inspectFile } from '../../cli/firmware-inspect.js';
import { makeKeys, signFile } from '../../cli/firmware-sign.js';
import { formatVerdict, validateFile, type ValidateOptions } from '../../cli/firmware-validate.js';
import { RigError } from '../../core/errors.js';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { buildUf2 } from '../../firmware/uf2.js';
import { cleanEnvironment } from '../clean-environment.js';
import { certificates } from '../firmware/certificates.js';
import { avrProgram, rp2040Program, stm32Program } from '../firmware/programs.js';
import { handMadeImage, smallImage } from '../firmware/samples.js';
import { tinyRig } from '../rigs/tiny-rig.js';
import { badFirmware, releaseKeys, sha256, signatureOf, type BoardName } from './bad-firmware.js';

let folder: string;
const rigsBefore = process.env['RIG_RIGS'];

/** The tiny rig's board with another chip, another way to write it, and its policy. */
function boardFile(name: BoardName, chip: string, flash: string, firmware = '{}'): string {
  return String(tinyRig['rigs/boards/board-a.yaml'])
    .replace('board: board-a', `board: ${name}`)
    .replace('chip: esp32', `chip: ${chip}`)
    .replace('flash: { size: 2MB }', `flash: ${flash}\nfirmware: ${firmware}`);
}

const boards: Record<BoardName, [chip: string, flash: string, firmware?: string]> = {
  esp: ['esp32', '{ size: 4MB }'],
  'esp-c3': ['esp32c3', '{ size: 4MB }'],
  signed: ['esp32', '{ size: 4MB }', '{ trustedKey: ../release.pub.pem, requireSignature: true }'],
  small: ['esp32', '{ size: 4MB }', '{ maxBytes: 40KB }'],
  old: ['esp32', '{ size: 4MB }', '{ advisories: ../advisories.yaml }'],
  uno: ['atmega328p', '{ driver: avrdude, size: 32KB }'],
  bluepill: ['stm32f103', '{ driver: stm32flash, size: 64KB }'],
  pico: ['rp2040', '{ driver: uf2, size: 2MB }'],
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rig-firmware-'));
  process.env['RIG_RIGS'] = join(folder, 'rigs');
  await mkdir(join(folder, 'rigs/boards'), { recursive: true });
  for (const [name, rest] of Object.entries(boards))
    await writeFile(join(folder, `rigs/boards/${name}.yaml`), boardFile(name as BoardName, ...rest));
  await writeFile(join(folder, 'rigs/release.pub.pem'), releaseKeys.publicKey);
  await writeFile(
    join(folder, 'rigs/advisories.yaml'),
    'advisories:\n  - { id: CVE-0000-0001, framework: esp-idf, belowVersion: 5.2.4, summary: a test, url: "https://example.org/" }\n',
  );
});
after(async () => {
  if (rigsBefore === undefined) delete process.env['RIG_RIGS'];
  else process.env['RIG_RIGS'] = rigsBefore;
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, bytes: Buffer | string): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

/** The lines that refuse a file, without the file's own name. */
async function refusals(bytes: Buffer, options: ValidateOptions): Promise<string> {
  const verdict = await validateFile(await file('firmware.bin', bytes), options);
  assert.equal(verdict.accepted, false, 'it was accepted');
  const lines = formatVerdict(verdict).split('\n');
  return lines.filter((line) => line.startsWith('  error ')).join('\n');
}

const told = new Map<string, string>();
for (const { name, board, bytes, says, signature, ...sums } of badFirmware) {
  test(`refused: ${name}`, async () => {
    const signed = signature && { signature: await file('firmware.sig', signature) };
    const message = await refusals(bytes, { board, ...signed, ...sums });
    assert.match(message, says);
    told.set(name, message);
  });
}

test('at least thirty bad files were refused, each with a message of its own', () => {
  assert(told.size >= 30 && told.size === badFirmware.length, String(told.size));
  assert.equal(new Set(told.values()).size, told.size);
});

const app = handMadeImage();
const good: [string, BoardName, Buffer][] = [
  ['an ESP image', 'esp', app],
  [
    'an ESP image with a good certificate behind it',
    'esp',
    Buffer.concat([app, Buffer.from(certificates.valid)]),
  ],
  ['a bootloader', 'esp', smallImage('bootloader')],
  ['a partition table', 'esp', smallImage('partitions')],
  ['Intel HEX', 'uno', buildIntelHex([{ address: 0, data: avrProgram() }])],
  ['a raw binary for an STM32', 'bluepill', stm32Program()],
  ['UF2', 'pico', buildUf2([{ address: 0x10000000, data: rp2040Program() }], 0xe48bff56)],
];
for (const [name, board, bytes] of good) {
  test(`accepted: ${name}`, async () => {
    const verdict = await validateFile(await file('firmware.bin', bytes), { board });
    assert.deepEqual(verdict.findings, []);
    assert.match(formatVerdict(verdict), /: accepted for board /);
  });
}

test('checksums are given in any case, a CRC-32 also with 0x before it', async () => {
  const path = await file('firmware.bin', app);
  const crc32 = '0x' + (await inspectFile(path)).crc32.toUpperCase();
  const sums = { crc32, sha256: sha256(app).toUpperCase() };
  assert.equal((await validateFile(path, { board: 'esp', ...sums })).accepted, true);
});

test('a signature is found beside the file, or given; a key in place of the board’s too', async () => {
  const path = await file('signed.bin', app);
  await file('signed.bin.sig', signatureOf(app).toString('base64'));
  assert.equal((await validateFile(path, { board: 'signed' })).accepted, true);
  const other = await makeKeys(join(folder, 'other'));
  const { signature } = await signFile(path, { key: other.privateKey, out: join(folder, 'other.sig') });
  assert.equal((await validateFile(path, { board: 'signed', signature })).accepted, false);
  assert.equal(
    (await validateFile(path, { board: 'signed', signature, key: other.publicKey })).accepted,
    true,
  );
});

test('a file that cannot be had is refused like any other, with the reason', async () => {
  const absent = await validateFile(join(folder, 'absent.bin'), { board: 'esp' });
  assert.match(formatVerdict(absent), /error file: there is no file .*absent\.bin; correct the path/);
  const isFolder = await validateFile(folder, { board: 'esp' });
  assert.match(formatVerdict(isFolder), /error file: .* is a folder; name a file in it/);
});

test('a board that is not there, or whose key is none, is a mistake in the files', async () => {
  const path = await file('firmware.bin', app);
  await assert.rejects(
    validateFile(path, { board: 'picco' }),
    /CONFIG_INVALID: no board "picco" .* did you mean pico\?/,
  );
  const yaml = boardFile(
    'esp',
    'esp32',
    '{ size: 4MB }',
    '{ trustedKey: ../none.pem, requireSignature: true }',
  );
  await file('rigs/boards/keyless.yaml', yaml.replace('board: esp', 'board: keyless'));
  await assert.rejects(
    validateFile(path, { board: 'keyless' }),
    /keyless\.yaml:4:\d+ firmware\.trustedKey: there is no key file/,
  );
});

test('a certificate that ends soon warns, and does not refuse', async () => {
  const path = await file('firmware.bin', Buffer.concat([app, Buffer.from(certificates.ending)]));
  const verdict = await validateFile(path, { board: 'esp', now: new Date('2030-05-01') });
  assert.equal(verdict.accepted, true);
  assert.match(formatVerdict(verdict), /accepted for board esp .*\n {2}warning certificate: .* in 31 days/);
});

test('a key pair: the private key is for its owner only, and neither is ever overwritten', async () => {
  const name = join(folder, 'fresh');
  const { privateKey, publicKey, fingerprint } = await makeKeys(name);
  assert.equal((await stat(privateKey)).mode & 0o777, 0o600);
  assert.match(await readFile(publicKey, 'utf8'), /^-----BEGIN PUBLIC KEY-----/);
  assert.match(fingerprint, /^[0-9a-f]{16}$/);
  await assert.rejects(makeKeys(name), /fresh\.key\.pem is there already and would be lost/);
  await assert.rejects(
    signFile(join(folder, 'absent'), { key: privateKey }),
    /IMAGE_INVALID: there is no file/,
  );
  await assert.rejects(signFile(publicKey, { key: publicKey }), /holds no private key in PEM/);
});

test('inspect tells everything that a file says', async () => {
  const report = await inspectFile(
    await file('app.bin', Buffer.concat([app, Buffer.from(certificates.valid)])),
  );
  assert.equal(report.sha256, sha256(await readFile(report.file)));
  assert.deepEqual(
    [report.format, report.fits, report.framework?.version],
    ['esp-image', ['esp32'], 'v5.2.3'],
  );
  const text = formatReport(report);
  for (const line of [
    /^ {2}version +3\.4\.5-rc\.1$/m,
    /^ {2}project +sample$/m,
    /^ {2}0x40080000 {2}8 bytes$/m,
    /^ {2}at 0x160: CN=valid\.test\.example, EC 256 bits, valid 2020-01-01 to 2099-12-31$/m,
  ])
    assert.match(text, line);
  const uf2 = formatReport(
    await inspectFile(
      await file('app.uf2', buildUf2([{ address: 0x10000000, data: rp2040Program() }], 0xe48bff56)),
    ),
  );
  assert.match(uf2, /^ {2}family +0xe48bff56 \(rp2040\)$/m);
  assert.match(
    formatReport(await inspectFile(await file('p.bin', smallImage('partitions')))),
    /^ {2}0x010000 {2}factory {2}2031616 bytes/m,
  );
  await assert.rejects(
    inspectFile(join(folder, 'absent')),
    (thrown) => thrown instanceof RigError && thrown.code === 'IMAGE_INVALID',
  );
});

const run = promisify(execFile);
const rig = (...args: string[]) =>
  run(process.execPath, ['--import', 'tsx', resolve('cli/main.ts'), 'firmware', ...args], {
    env: { ...cleanEnvironment(), RIG_RIGS: join(folder, 'rigs') },
  });

test('the command ends with 0 or 1, and prints JSON when asked', async () => {
  const path = await file('command.bin', app);
  const { stdout } = await rig('validate', path, '--board', 'esp', '--json');
  assert.deepEqual(JSON.parse(stdout), {
    file: path,
    board: 'esp',
    chip: 'esp32',
    format: 'esp-image',
    sizeBytes: app.length,
    accepted: true,
    findings: [],
  });
  const refused = await rig('validate', path, '--board', 'signed').then(
    () => assert.fail('it was accepted'),
    (thrown: { code: number; stdout: string }) => thrown,
  );
  assert.equal(refused.code, 1);
  assert.match(
    refused.stdout,
    /REFUSED for board signed \(esp32\): an ESP image, 352 bytes\n {2}error signature: /,
  );
});

test('keygen, sign, validate: as in the documentation', async () => {
  const path = await file('shipped.bin', app);
  const name = join(folder, 'line');
  await rig('keygen', '--out', name);
  const { stdout } = await rig('sign', path, '--key', `${name}.key.pem`);
  assert.match(stdout, /shipped\.bin\.sig: signature of .*shipped\.bin by key [0-9a-f]{16}/);
  const verdict = await rig('validate', path, '--board', 'signed', '--key', `${name}.pub.pem`);
  assert.match(verdict.stdout, /accepted for board signed/);
});

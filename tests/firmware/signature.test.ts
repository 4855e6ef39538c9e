import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import {
  checkSignature,
  makeKeyPair,
  signFirmware,
  type SignatureRule,
} from '../../firmware/validation/signature.js';
import { filler } from './programs.js';

const bytes = filler(1000);
const ours = makeKeyPair();
const theirs = makeKeyPair();
const trustedKey = Buffer.from(ours.publicKey);

function signed(privateKey: string, file = bytes): Buffer {
  const result = signFirmware(file, Buffer.from(privateKey));
  assert(typeof result !== 'string', String(result));
  return result.signature;
}

const signature = signed(ours.privateKey);
const lines = (rule: SignatureRule, file = bytes) =>
  checkSignature(file, rule).map(({ severity, what }) => `${severity}: ${what}`);

test('a signature by the trusted key is accepted, raw and in base64', () => {
  assert.equal(signature.length, 64);
  for (const form of [
    signature,
    Buffer.from(signature.toString('base64')),
    Buffer.from(`${signature.toString('base64')}\n`),
  ]) {
    assert.deepEqual(lines({ signature: form, trustedKey, required: true }), []);
  }
});

test('the signature is the one of RFC 8032, section 7.1, test 2', () => {
  const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
  const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex').toString('base64');
  const pem = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  const wanted =
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
  assert.equal(signed(pem, Buffer.from('72', 'hex')).toString('hex'), wanted);
});

test('what is not signed is refused only where a signature is required', () => {
  assert.deepEqual(lines({ trustedKey }), []);
  assert.match(
    lines({ trustedKey, required: true })[0] ?? '',
    /^error: it is not signed, and a signature is required/,
  );
});

test('a signature without a key to prove it is a warning, and an error where one is required', () => {
  assert.match(lines({ signature })[0] ?? '', /^warning: its signature cannot be proved/);
  assert.match(lines({ signature, required: true })[0] ?? '', /^error: its signature cannot be proved/);
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
  type: 'spki',
  format: 'pem',
});
const wrong: [string, SignatureRule, RegExp, Buffer?][] = [
  [
    'by somebody else',
    { signature: signed(theirs.privateKey), trustedKey },
    /^error: the signature is not of this file by the trusted key [0-9a-f]{16}: it was changed/,
  ],
  [
    'of another file',
    { signature, trustedKey },
    /^error: the signature is not of this file/,
    filler(1000, 2),
  ],
  [
    'cut short',
    { signature: signature.subarray(0, 63), trustedKey },
    /^error: the signature is 63 bytes of something else, expected 64/,
  ],
  [
    'that is a text',
    { signature: Buffer.from('not a signature'), trustedKey },
    /^error: the signature is 15 bytes of something else/,
  ],
  [
    'held against an RSA key',
    { signature, trustedKey: Buffer.from(rsa) },
    /^error: the trusted key is of type rsa, expected Ed25519/,
  ],
  [
    'held against a private key',
    { signature, trustedKey: Buffer.from(ours.privateKey) },
    /^error: the trusted key file holds a private key/,
  ],
  [
    'held against rubbish',
    { signature, trustedKey: filler(100) },
    /^error: the trusted key file holds no public key in PEM/,
  ],
];
for (const [name, rule, pattern, file] of wrong) {
  test(`a signature ${name} is refused, required or not`, () => {
    assert.match(lines(rule, file)[0] ?? '', pattern);
    assert.match(lines({ ...rule, required: true }, file)[0] ?? '', pattern);
  });
}

test('keys that cannot sign are refused with what they are', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ec = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const locked = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
  assert.match(
    String(signFirmware(bytes, Buffer.from(ec))),
    /^the private key is of type ec, expected Ed25519/,
  );
  assert.match(String(signFirmware(bytes, Buffer.from(locked))), /^the private key is encrypted/);
  assert.match(String(signFirmware(bytes, trustedKey)), /^the file holds no private key in PEM/);
});

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { buildIntelHex } from '../../firmware/intel-hex.js';
import { buildUf2 } from '../../firmware/uf2.js';
import { contentsFindings, readContents } from '../../firmware/validation/contents-check.js';
import { placeText } from '../../firmware/validation/finding.js';
import { certificates, der } from './certificates.js';
import { filler } from './programs.js';
import { smallImage } from './samples.js';

const now = new Date('2030-05-01T00:00:00Z');
const PLACE = 300;

/** The thing among bytes that are nothing, with a zero before and behind it, as strings in firmware have. */
function firmwareWith(thing: string | Buffer): Buffer {
  const bytes = Buffer.from(typeof thing === 'string' ? Buffer.from(thing, 'latin1') : thing);
  return Buffer.concat([filler(PLACE - 1), Buffer.alloc(1), bytes, Buffer.alloc(1), filler(200, 5)]);
}

function findings(bytes: Buffer, day = now): string[] {
  return contentsFindings(readContents(bytes, day), day).map(
    (finding) => `${finding.severity} ${finding.kind}: ${placeText(finding)}${finding.what}`,
  );
}

test('random bytes, text and a real image hold nothing', () => {
  for (const bytes of [
    filler(100_000),
    Buffer.from('0 0 0x30 key token ghp_ AKIA eyJ. -----BEGIN '.repeat(500)),
    smallImage('app'),
  ])
    assert.deepEqual(findings(bytes), []);
});

// Certificates

const certificateCases: [string, string, RegExp[]][] = [
  ['a good one', certificates.valid, []],
  [
    'one that has ended',
    certificates.expired,
    [
      /^error certificate: at 0x12c: the certificate of CN=expired\.test\.example expired on 2021-01-01; put a valid one/,
    ],
  ],
  [
    'one that has not begun',
    certificates.future,
    [
      /^error certificate: at 0x12c: the certificate of CN=future\.test\.example is not valid before 2090-01-01/,
    ],
  ],
  [
    'one that will end soon',
    certificates.ending,
    [
      /^warning certificate: at 0x12c: the certificate of CN=ending\.test\.example expires on 2030-06-01, in 31 days/,
    ],
  ],
  [
    'a short RSA key',
    certificates.shortRsa,
    [/^error certificate: .* has a key of RSA 1024 bits, expected at least 2048/],
  ],
  [
    'a short EC key',
    certificates.shortEc,
    [/^error certificate: .* has a key of EC 192 bits, expected at least 224/],
  ],
  ['MD5', certificates.md5, [/^error certificate: .* is signed with MD5, which can be forged/]],
  ['SHA-1', certificates.sha1, [/^error certificate: .* is signed with SHA-1, which can be forged/]],
  [
    'a root with SHA-1',
    certificates.sha1Root,
    [/^warning certificate: .* is signed with SHA-1, .* unless it is a public root/],
  ],
];
for (const [name, pem, patterns] of certificateCases) {
  const forms: [string, string | Buffer][] = [
    ['PEM', pem],
    ['PEM with escaped line ends', pem.replaceAll('\n', '\\n')],
    ['PEM in a line', pem.replaceAll('\n', '')],
    ['DER', der(pem)],
  ];
  for (const [form, thing] of forms) {
    test(`certificate: ${name}, in ${form}`, () => {
      const found = findings(firmwareWith(thing));
      assert.equal(found.length, patterns.length, found.join('\n'));
      patterns.forEach((pattern, index) => assert.match(found[index] ?? '', pattern));
    });
  }
}

test('a certificate that is damaged or cut short is told, and a chain is read wholly', () => {
  const damaged = certificates.valid.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
  const cut = certificates.valid.slice(0, 400);
  for (const pem of [damaged, cut])
    assert.match(
      findings(firmwareWith(pem)).join('\n'),
      /^error certificate: at 0x12c: a certificate is here that cannot be read/,
    );
  const chain = Buffer.concat([der(certificates.valid), der(certificates.expired), der(certificates.valid)]);
  assert.equal(readContents(firmwareWith(chain), now).certificates.length, 3);
});

// Private keys

const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const edwards = generateKeyPairSync('ed25519').privateKey;
const montgomery = generateKeyPairSync('x25519').privateKey;
const locked = { cipher: 'aes-256-cbc', passphrase: 'a pass phrase' };
const keys: [string, string | Buffer, RegExp][] = [
  ['RSA, PKCS #1, PEM', rsa.export({ type: 'pkcs1', format: 'pem' }), /RSA private key \(PEM\)/],
  ['RSA, PKCS #1, DER', rsa.export({ type: 'pkcs1', format: 'der' }), /RSA private key \(DER\)/],
  ['RSA, PKCS #8, PEM', rsa.export(pkcs8), /a private key \(PEM\)/],
  ['RSA, PKCS #8, DER', rsa.export({ type: 'pkcs8', format: 'der' }), /RSA private key \(DER\)/],
  [
    'RSA, PKCS #1, PEM under a pass phrase',
    rsa.export({ type: 'pkcs1', format: 'pem', ...locked }),
    /RSA private key \(PEM\)/,
  ],
  ['EC, SEC 1, PEM', ec.export({ type: 'sec1', format: 'pem' }), /an EC private key \(PEM\)/],
  ['EC, SEC 1, DER', ec.export({ type: 'sec1', format: 'der' }), /an EC private key \(DER\)/],
  ['EC of 384 bits, SEC 1, DER', ec384.export({ type: 'sec1', format: 'der' }), /an EC private key \(DER\)/],
  ['EC, PKCS #8, DER', ec.export({ type: 'pkcs8', format: 'der' }), /an EC private key \(DER\)/],
  ['Ed25519, PEM', edwards.export(pkcs8), /a private key \(PEM\)/],
  [
    'Ed25519, PEM, escaped',
    edwards.export(pkcs8).toString().replaceAll('\n', '\\n'),
    /a private key \(PEM\)/,
  ],
  ['Ed25519, DER', edwards.export({ type: 'pkcs8', format: 'der' }), /an Ed25519 private key \(DER\)/],
  ['X25519, DER', montgomery.export({ type: 'pkcs8', format: 'der' }), /an X25519 private key \(DER\)/],
  [
    'PKCS #8 under a pass phrase, PEM',
    ec.export({ ...pkcs8, ...locked }),
    /an encrypted private key \(PEM\)/,
  ],
  [
    'PKCS #8 under a pass phrase, DER',
    ec.export({ type: 'pkcs8', format: 'der', ...locked }),
    /an encrypted private key \(DER\)/,
  ],
  [
    'OpenSSH, PEM',
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${'b3BlbnNz'.repeat(20)}\n-----END OPENSSH PRIVATE KEY-----\n`,
    /an OPENSSH private key \(PEM\)/,
  ],
  [
    'OpenSSH, its contents alone',
    Buffer.concat([Buffer.from('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none'), filler(100)]),
    /an OpenSSH private key is/,
  ],
  [
    'PEM with a short body',
    '-----BEGIN PRIVATE KEY-----\nMIIBVAIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n',
    /a private key \(PEM\)/,
  ],
  [
    'PEM cut short',
    rsa.export({ type: 'pkcs1', format: 'pem' }).toString().slice(0, 200),
    /RSA private key \(PEM\)/,
  ],
];
for (const [name, key, pattern] of keys) {
  test(`private key: ${name}`, () => {
    const found = findings(firmwareWith(key));
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', /^error secret: at 0x12c: /);
    assert.match(found[0] ?? '', pattern);
  });
}

test('public keys, and the words that a parser looks for, are no private keys', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const words = ['RSA PRIVATE KEY', 'EC PRIVATE KEY', 'PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'CERTIFICATE']
    .flatMap((label) => [`-----BEGIN ${label}-----`, `-----END ${label}-----`])
    .join('\0');
  const magic = 'openssh-key-v1\0ssh-unknown\0ssh-rsa';
  const table = '-----BEGIN PRIVATE KEY-----\0AES\0DES-EDE3\0-----END PRIVATE KEY-----';
  for (const thing of [
    words,
    magic,
    table,
    publicKey.export({ type: 'spki', format: 'pem' }),
    publicKey.export({ type: 'spki', format: 'der' }),
    publicKey.export({ type: 'pkcs1', format: 'der' }),
  ])
    assert.deepEqual(findings(firmwareWith(thing)), []);
});

// Tokens; put together here, so that scanners of source code leave the test alone.

const letters = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0iL';
const long = letters.repeat(4);
const jwt = (payload: object, header: object = { alg: 'HS256', typ: 'JWT' }) =>
  [JSON.stringify(header), JSON.stringify(payload)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.') + `.${long.slice(0, 43)}`;
const join = (...parts: string[]) => parts.join('');
const tokens: [string, string, string][] = [
  ['AWS access key id', join('AK', 'IA', 'QWERTYUIOP234567'), 'error'],
  ['AWS access key id', join('AK', 'IA', 'IOSFODNN7EXAMPLE'), 'error'],
  ['AWS access key id', join('AK', 'IA', '1890567890ABCDEF'), 'error'],
  ['AWS secret access key', join('aws_secret_', 'access_key = ', long.slice(0, 40)), 'error'],
  ['SendGrid key', join('S', 'G.', long.slice(0, 22), '.', long.slice(0, 43)), 'error'],
  ['DigitalOcean token', join('dop', '_v1_', '0123456789abcdef'.repeat(4)), 'error'],
  ['Hugging Face token', join('h', 'f_', 'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH'), 'error'],
  ['GitHub token', join('gh', 'p_', long.slice(0, 36)), 'error'],
  ['GitHub token', join('github', '_pat_', long.slice(0, 22), '_', long.slice(0, 59)), 'error'],
  ['GitLab token', join('gl', 'pat-', long.slice(0, 20)), 'error'],
  ['Slack token', join('xo', 'xb-', '123456789012-', long.slice(0, 24)), 'error'],
  [
    'Slack webhook',
    join('https://hooks.', 'slack.com/services/', 'T0ABCDEFG/B0ABCDEFG/', long.slice(0, 24)),
    'error',
  ],
  ['Stripe live key', join('sk', '_live_', long.slice(0, 24)), 'error'],
  ['Stripe test key', join('sk', '_test_', long.slice(0, 24)), 'warning'],
  ['Google API key', join('AI', 'za', long.slice(0, 35)), 'error'],
  ['Azure storage key', join('Account', 'Key=', long.slice(0, 86), '=='), 'error'],
  ['Azure shared access key', join('SharedAccess', 'Key=', long.slice(0, 43), '='), 'error'],
  ['JSON Web Token', jwt({ sub: 'device' }), 'error'],
  ['JSON Web Token', jwt({ exp: now.getTime() / 1000 - 60 }), 'warning'],
];
for (const [kind, token, severity] of tokens) {
  test(`token: ${kind} (${severity}), of which no part is told`, () => {
    const found = findings(firmwareWith(token));
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(
      found[0] ?? '',
      new RegExp(`^${severity} secret: at 0x1[23][0-9a-f]: an? ${kind} is in the file`),
    );
    for (let at = 0; at + 8 <= token.length; at++) {
      const part = token.slice(at, at + 8);
      if (part === 'https://' || 'hooks.slack.com/services/'.includes(part)) continue;
      assert(!(found[0] ?? '').includes(part), part);
    }
  });
}

test('what only looks like a token is none', () => {
  const lookalikes = [
    join('AK', 'IA', 'QWERTYUIOP2345678'),
    join('x', 'AK', 'IA', 'QWERTYUIOP234567'),
    join('gh', 'p_', 'tooshort'),
    join('eyJ', long.slice(0, 20), '.', long.slice(0, 20), '.', long.slice(0, 30)),
    jwt({ sub: 'x' }, { typ: 'JWT' }),
    join('AI', 'za', long.slice(0, 60)),
    'SharedAccessKey=<key>',
  ];
  for (const text of lookalikes) assert.deepEqual(findings(firmwareWith(text)), [], text);
});

test('of Intel HEX and UF2 files the contents are scanned, and addresses told', () => {
  const data = firmwareWith(rsa.export({ type: 'pkcs1', format: 'der' }));
  const files = [
    buildIntelHex([{ address: 0x1000, data }]),
    buildUf2([{ address: 0x10000000, data }], 0xe48bff56),
  ];
  const [inHex, inUf2] = files.map((file) => findings(file));
  assert.match(inHex?.join('\n') ?? '', /^error secret: at address 0x112c: an RSA private key/);
  assert.match(inUf2?.join('\n') ?? '', /^error secret: at address 0x1000012c: an RSA private key/);
});

test('a file full of keys is not listed without end', () => {
  const key = ec.export({ type: 'sec1', format: 'der' });
  assert.equal(findings(Buffer.concat(Array.from({ length: 200 }, () => key))).length, 40);
});

test('in a whole store of certificates the one that has ended is found, wherever it stands', () => {
  const store = Array.from({ length: 150 }, (_, index) =>
    index === 149 ? certificates.expired : certificates.ending,
  );
  const found = findings(Buffer.from(store.join('\n')));
  assert.equal(found.length, 40);
  assert.match(found[0] ?? '', /^error certificate: .* expired on 2021-01-01/);
});

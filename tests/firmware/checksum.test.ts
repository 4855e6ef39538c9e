import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkChecksum, checksumOf, type ChecksumRule } from '../../firmware/validation/checksum.js';
import { crc32, crc32Mpeg2 } from '../../firmware/validation/crc32.js';
import { filler } from './programs.js';

test('both CRCs give the check values of the catalogue of parametrised CRC algorithms', () => {
  const check = Buffer.from('123456789');
  assert.equal(crc32(check), 0xcbf43926);
  assert.equal(crc32Mpeg2(check), 0x0376e6e7);
});

const bytes = filler(10_000);
const perBlock = (blockSize: number, of = bytes) =>
  Array.from({ length: Math.ceil(of.length / blockSize) }, (_, index) =>
    checksumOf(of.subarray(index * blockSize, (index + 1) * blockSize), 'crc32'),
  );

const whats = (file: Buffer, rule: ChecksumRule) =>
  checkChecksum(file, rule).map(({ offset, what }) => `${offset ?? '-'} ${what}`);

test('a file with the right checksum has no findings', () => {
  for (const algorithm of ['crc32', 'sha256'] as const) {
    assert.deepEqual(whats(bytes, { algorithm, value: checksumOf(bytes, algorithm) }), []);
  }
  assert.deepEqual(whats(bytes, { algorithm: 'crc32', value: perBlock(4096), blockSize: 4096 }), []);
});

test('of a file with one checksum a block, every damaged block is named by number and offset', () => {
  const damaged = Buffer.from(bytes);
  damaged[4096] = (damaged[4096] ?? 0) ^ 1;
  damaged[9_999] = (damaged[9_999] ?? 0) ^ 1;
  const found = whats(damaged, { algorithm: 'crc32', value: perBlock(4096), blockSize: 4096 });
  assert.equal(found.length, 2);
  assert.match(
    found[0] ?? '',
    /^4096 block 2 of 3 \(0x1000 to 0x1fff\) has the CRC-32 [0-9a-f]{8}, expected [0-9a-f]{8}/,
  );
  assert.match(found[1] ?? '', /^8192 block 3 of 3 \(0x2000 to 0x270f\)/);
});

test('a checksum that cannot be right is told as such', () => {
  const cases: [ChecksumRule, RegExp][] = [
    [
      { algorithm: 'crc32', value: 'cbf43926' },
      /its CRC-32 is [0-9a-f]{8}, expected cbf43926: it is damaged or another file/,
    ],
    [{ algorithm: 'sha256', value: 'ab'.repeat(32) }, /its SHA-256 is [0-9a-f]{64}, expected abab/],
    [{ algorithm: 'crc32', value: 'ab'.repeat(32) }, /is none of CRC-32, expected 8 lower-case hex digits/],
    [{ algorithm: 'sha256', value: 'zz'.repeat(32) }, /is none of SHA-256/],
    [{ algorithm: 'crc32', value: perBlock(4096) }, /is a list, but no blockSize says of what/],
    [
      { algorithm: 'crc32', value: perBlock(4096), blockSize: 1024 },
      /the list has 3 checksums, but the file has 10 blocks of 1024 bytes/,
    ],
  ];
  for (const [rule, pattern] of cases) assert.match(whats(bytes, rule).join('\n'), pattern);
});

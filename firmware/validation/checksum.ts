import { createHash } from 'node:crypto';
import { hex } from '../hex.js';
import { crc32 } from './crc32.js';
import { refusal, type Finding } from './finding.js';

/** A checksum as it stands in a release file. */
export interface ChecksumRule {
  algorithm: 'crc32' | 'sha256';
  /** Lower-case hex digits, 8 or 64; with `blockSize` one may stand for each block, in order. */
  value: string | readonly string[];
  /** Bytes of a block; the last one may be shorter. */
  blockSize?: number;
}

/** A checksum that cannot be right, or that the bytes do not have. With one value a block, the damaged blocks are named. */
export function checkChecksum(bytes: Buffer, { algorithm, value, blockSize }: ChecksumRule): Finding[] {
  const digits = algorithm === 'crc32' ? 8 : 64;
  const values = typeof value === 'string' ? [value] : value;
  const misfit = values.find((one) => !/^[0-9a-f]+$/.test(one) || one.length !== digits);
  if (misfit !== undefined) {
    const what = `the checksum "${misfit}" is none of ${nameOf[algorithm]}, expected ${digits} lower-case hex digits; correct it`;
    return [refusal('checksum', what)];
  }
  if (typeof value === 'string') return checkWhole(bytes, algorithm, value);
  if (blockSize === undefined || !(blockSize >= 1)) {
    return [
      refusal(
        'checksum',
        'the checksum is a list, but no blockSize says of what; write the bytes of a block',
      ),
    ];
  }
  const count = Math.ceil(bytes.length / blockSize);
  if (count !== values.length) {
    const what = `the list has ${values.length} checksums, but the file has ${count} blocks of ${blockSize} bytes (it is ${bytes.length} long); copy the file anew, or correct the list`;
    return [refusal('checksum', what)];
  }
  return values.flatMap((wanted, index) => {
    const start = index * blockSize;
    const block = bytes.subarray(start, start + blockSize);
    const actual = checksumOf(block, algorithm);
    if (actual === wanted) return [];
    const what = `block ${index + 1} of ${count} (${hex(start)} to ${hex(start + block.length - 1)}) has the ${nameOf[algorithm]} ${actual}, expected ${wanted}: it is damaged; copy the file anew`;
    return [refusal('checksum', what, start)];
  });
}

function checkWhole(bytes: Buffer, algorithm: ChecksumRule['algorithm'], wanted: string): Finding[] {
  const actual = checksumOf(bytes, algorithm);
  if (actual === wanted) return [];
  const what = `its ${nameOf[algorithm]} is ${actual}, expected ${wanted}: it is damaged or another file; copy it anew`;
  return [refusal('checksum', what)];
}

/** As it stands in release files: lower-case hex digits. */
export function checksumOf(bytes: Buffer, algorithm: ChecksumRule['algorithm']): string {
  if (algorithm === 'crc32') return crc32(bytes).toString(16).padStart(8, '0');
  return createHash('sha256').update(bytes).digest('hex');
}

const nameOf = { crc32: 'CRC-32', sha256: 'SHA-256' } as const;

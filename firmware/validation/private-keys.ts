import { derChildren, derOid, derTags, readDer, type DerValue } from './der.js';

/** The longest private key that anybody uses, RSA of 16,384 bits, is smaller. */
const MOST_BYTES = 16384;
const LEAST_BYTES = 32;

/** What kind of private key begins at that offset in DER: PKCS #1, SEC 1, PKCS #8 (also encrypted), DSA, PKCS #12; undefined when none does. */
export function derPrivateKeyAt(bytes: Buffer, offset: number): { kind: string; end: number } | undefined {
  if (!canBegin(bytes, offset)) return undefined;
  const outer = readDer(bytes, offset);
  if (outer?.tag !== derTags.sequence) return undefined;
  const size = outer.end - outer.start;
  if (size < LEAST_BYTES || size > MOST_BYTES) return undefined;
  const parts = derChildren(bytes, outer);
  const kind = parts && kindOf(bytes, parts);
  return kind === undefined ? undefined : { kind, end: outer.end };
}

/** A look at one byte more: in text a sequence seems to begin at every zero, and most stop here. */
function canBegin(bytes: Buffer, offset: number): boolean {
  const length = bytes[offset + 1] ?? 0;
  const head = bytes[offset + (length < 0x80 ? 2 : 2 + (length & 0x7f))];
  return head === derTags.integer || (head === derTags.sequence && length >= 0x80);
}

function kindOf(bytes: Buffer, parts: readonly DerValue[]): string | undefined {
  const [head, second, third] = parts;
  if (head?.tag === derTags.sequence) return encryptedKind(bytes, head, parts);
  if (head?.tag !== derTags.integer || head.end - head.start !== 1) return undefined;
  const version = bytes[head.start];
  const allIntegers = parts.every(({ tag }) => tag === derTags.integer);
  if (version === 0 && allIntegers && isLong(second)) {
    if (parts.length === 9) return 'RSA private key';
    return parts.length === 6 ? 'DSA private key' : undefined;
  }
  if (version === 3 && second?.tag === derTags.sequence) {
    const type = derOid(bytes, derChildren(bytes, second)?.[0]);
    return type?.startsWith('1.2.840.113549.1.7.') ? 'PKCS #12 key store' : undefined;
  }
  if (version !== 0 && version !== 1) return undefined;
  if (second?.tag === derTags.sequence && third?.tag === derTags.octets) {
    const algorithm = derOid(bytes, derChildren(bytes, second)?.[0]);
    return algorithm === undefined ? undefined : `${algorithms[algorithm] ?? 'PKCS #8'} private key`;
  }
  const isScalar =
    version === 1 && second?.tag === derTags.octets && scalarBytes.has(second.end - second.start);
  return isScalar && parts.slice(2).every(({ tag }) => tag === 0xa0 || tag === 0xa1)
    ? 'EC private key'
    : undefined;
}

/** PKCS #8 under a password: who has the firmware can try passwords for as long as he likes. */
function encryptedKind(bytes: Buffer, head: DerValue, parts: readonly DerValue[]): string | undefined {
  if (parts.length !== 2 || parts[1]?.tag !== derTags.octets) return undefined;
  const scheme = derOid(bytes, derChildren(bytes, head)?.[0]);
  return /^1\.2\.840\.113549\.1\.(5|12\.1)\./.test(scheme ?? '') ? 'encrypted private key' : undefined;
}

function isLong(value: DerValue | undefined): boolean {
  return value !== undefined && value.end - value.start >= 48;
}

/** Lengths of the secret number on the curves in use. */
const scalarBytes: ReadonlySet<number> = new Set([20, 24, 28, 32, 48, 64, 66]);

const algorithms: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.1': 'RSA',
  '1.2.840.113549.1.1.10': 'RSA',
  '1.2.840.10045.2.1': 'EC',
  '1.2.840.10040.4.1': 'DSA',
  '1.2.840.113549.1.3.1': 'Diffie-Hellman',
  '1.3.101.110': 'X25519',
  '1.3.101.111': 'X448',
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
};

import { X509Certificate, type KeyObject } from 'node:crypto';
import { derChildren, derOid, derTags, readDer } from './der.js';

/** An X.509 certificate in a firmware file. */
export interface EmbeddedCertificate {
  subject: string;
  issuer: string;
  validFrom: Date;
  validTo: Date;
  /** `RSA 2048`, `EC 256`. */
  key: string;
  keyType: string;
  keyBits: number;
  /** Hash that its signature rests on, as far as it is known to be weak. */
  weakHash?: 'MD2' | 'MD5' | 'SHA-1';
  /** True for a root, on whose own signature nothing rests. */
  isRoot: boolean;
}

/** Days before its end at which a certificate is worth a warning. */
const WARN_DAYS = 90;
const LEAST_RSA_BITS = 2048;
const LEAST_EC_BITS = 224;

/** The certificate that begins at that offset in DER, with the offset behind it; undefined when none does. */
export function derCertificateAt(
  bytes: Buffer,
  offset: number,
): { certificate: EmbeddedCertificate; end: number } | undefined {
  const outer = readDer(bytes, offset);
  if (outer?.tag !== derTags.sequence || bytes[outer.start] !== derTags.sequence) return undefined;
  const parts = derChildren(bytes, outer, 3);
  if (parts?.length !== 3 || parts[1]?.tag !== derTags.sequence || parts[2]?.tag !== 0x03) return undefined;
  const certificate = readCertificate(bytes.subarray(offset, outer.end));
  return certificate && { certificate, end: outer.end };
}

/** A certificate in DER, or undefined when the bytes are none. */
export function readCertificate(der: Buffer): EmbeddedCertificate | undefined {
  try {
    const x509 = new X509Certificate(der);
    const { type, bits } = keySize(x509.publicKey);
    const weakHash = weakHashes[signatureOid(der) ?? ''];
    return {
      subject: oneLine(x509.subject),
      issuer: oneLine(x509.issuer),
      validFrom: new Date(x509.validFrom),
      validTo: new Date(x509.validTo),
      key: `${type} ${bits}`,
      keyType: type,
      keyBits: bits,
      ...(weakHash && { weakHash }),
      isRoot: x509.ca && x509.subject === x509.issuer,
    };
  } catch {
    return undefined;
  }
}

/** What is wrong with a certificate on that day, each with what to do. */
export function certificateFaults(
  certificate: EmbeddedCertificate,
  now: Date,
): { severity: 'error' | 'warning'; what: string }[] {
  const { subject, validFrom, validTo, keyType, keyBits, key, weakHash, isRoot } = certificate;
  const faults: { severity: 'error' | 'warning'; what: string }[] = [];
  const report = (severity: 'error' | 'warning', what: string): void =>
    void faults.push({ severity, what: `the certificate of ${subject} ${what}` });
  const daysLeft = (validTo.getTime() - now.getTime()) / 86_400_000;
  if (!(daysLeft >= 0))
    report('error', `expired on ${day(validTo)}; put a valid one in its place and build anew`);
  else if (validFrom > now)
    report(
      'error',
      `is not valid before ${day(validFrom)}; put one in that is valid today, or set the clock of this host`,
    );
  else if (daysLeft < WARN_DAYS)
    report(
      'warning',
      `expires on ${day(validTo)}, in ${Math.floor(daysLeft)} days; renew it before boards ship with it`,
    );
  const least = keyType === 'RSA' ? LEAST_RSA_BITS : keyType === 'EC' ? LEAST_EC_BITS : 0;
  if (keyBits < least)
    report('error', `has a key of ${key} bits, expected at least ${least}; issue it anew with a longer key`);
  if (weakHash !== undefined) {
    // Devices trust a root because it is there, and many that are in use are signed with SHA-1.
    const anchor = isRoot && weakHash === 'SHA-1';
    const remedy = anchor
      ? 'issue it anew with SHA-256 unless it is a public root'
      : 'issue it anew with SHA-256';
    report(anchor ? 'warning' : 'error', `is signed with ${weakHash}, which can be forged; ${remedy}`);
  }
  return faults;
}

function keySize(key: KeyObject): { type: string; bits: number } {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const type = key.asymmetricKeyType ?? 'unknown';
  if (modulusLength !== undefined)
    return { type: type.startsWith('rsa') ? 'RSA' : type.toUpperCase(), bits: modulusLength };
  if (type === 'ec') return { type: 'EC', bits: Number(/\d{3}/.exec(namedCurve ?? '')?.[0] ?? 256) };
  return { type, bits: type.endsWith('448') ? 456 : 256 };
}

function signatureOid(der: Buffer): string | undefined {
  const outer = readDer(der, 0);
  const algorithm = outer && derChildren(der, outer)?.[1];
  return algorithm && derOid(der, derChildren(der, algorithm)?.[0]);
}

const weakHashes: Readonly<Record<string, 'MD2' | 'MD5' | 'SHA-1'>> = {
  '1.2.840.113549.1.1.2': 'MD2',
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.3.14.3.2.29': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1',
  '1.2.840.10040.4.3': 'SHA-1',
};

function oneLine(name: string | undefined): string {
  return (name ?? '').replaceAll('\n', ', ').replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?') || 'nobody';
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an unreadable date' : date.toISOString().slice(0, 10);
}

import {
  createPrivateKey,
  createPublicKey,
  createHash,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { refusal, type Finding } from './finding.js';

/** What a signature check needs; each part as it stands in its file. */
export interface SignatureRule {
  /** Detached Ed25519 signature (RFC 8032): 64 bytes, or those in base64. */
  signature?: Buffer;
  /** Public key in PEM. */
  trustedKey?: Buffer;
  /** Whether firmware without a proved signature is refused. */
  required?: boolean;
}

const SIGNATURE_BYTES = 64;

/** Whether the bytes were signed by the holder of the trusted key. A wrong signature is refused even where none is required. */
export function checkSignature(bytes: Buffer, rule: SignatureRule): Finding[] {
  const { signature, trustedKey, required = false } = rule;
  if (signature === undefined) {
    const what =
      'it is not signed, and a signature is required; sign it with `rig firmware sign` and put the signature beside it';
    return required ? [refusal('signature', what)] : [];
  }
  if (trustedKey === undefined) {
    const what =
      'its signature cannot be proved, because no trusted key is given; name the public key in the board file (firmware.trustedKey) or with --key';
    return [{ kind: 'signature', severity: required ? 'error' : 'warning', what }];
  }
  const raw = readSignature(signature);
  if (raw === undefined) {
    const what = `the signature is ${signature.length} bytes of something else, expected ${SIGNATURE_BYTES} bytes of Ed25519, raw or in base64; sign the file anew`;
    return [refusal('signature', what)];
  }
  const key = readTrustedKey(trustedKey);
  if (typeof key === 'string') return [refusal('signature', key)];
  if (verifies(bytes, key, raw)) return [];
  const what = `the signature is not of this file by the trusted key ${keyFingerprint(key)}: it was changed after signing, or signed by somebody else; get the file and its signature anew from who releases them`;
  return [refusal('signature', what)];
}

function verifies(bytes: Buffer, key: KeyObject, signature: Buffer): boolean {
  try {
    return verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}

function readSignature(file: Buffer): Buffer | undefined {
  if (file.length === SIGNATURE_BYTES) return file;
  const text = file.toString('latin1').replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]{86}(==)?$/.test(text)) return undefined;
  const raw = Buffer.from(text, 'base64');
  return raw.length === SIGNATURE_BYTES ? raw : undefined;
}

/** The Ed25519 public key in a PEM file, or what is wrong with the file. */
export function readTrustedKey(pem: Buffer): KeyObject | string {
  // A private key would be read as well, and must not lie on a line's host.
  if (pem.includes('PRIVATE KEY-----')) {
    return 'the trusted key file holds a private key; keep that one secret, and put only its public half there (`openssl pkey -pubout`)';
  }
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
    return `the trusted key is of type ${key.asymmetricKeyType ?? 'unknown'}, expected Ed25519; make a pair with \`rig firmware keygen\``;
  } catch {
    return 'the trusted key file holds no public key in PEM, expected -----BEGIN PUBLIC KEY-----; copy it anew';
  }
}

/** First half of the SHA-256 of the key (SPKI, DER), by which people can compare keys. */
export function keyFingerprint(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

/** Signs bytes: 64 bytes of Ed25519. Returns what is wrong with the key instead, when something is. */
export function signFirmware(
  bytes: Buffer,
  privateKeyPem: Buffer,
): { signature: Buffer; publicKey: KeyObject } | string {
  let key: KeyObject;
  try {
    key = createPrivateKey(privateKeyPem);
  } catch (thrown) {
    const encrypted = /passphrase|password|interrupted|cancelled/i.test(String(thrown));
    return encrypted
      ? 'the private key is encrypted; decrypt it for the time of signing (`openssl pkey -in … -out …`)'
      : 'the file holds no private key in PEM; give the file that `rig firmware keygen` made';
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    return `the private key is of type ${key.asymmetricKeyType ?? 'unknown'}, expected Ed25519; make a pair with \`rig firmware keygen\``;
  }
  return { signature: sign(null, bytes, key), publicKey: createPublicKey(key) };
}

/** A new pair of Ed25519 keys in PEM. */
export function makeKeyPair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

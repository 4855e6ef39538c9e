import { writeFile } from 'node:fs/promises';
import { RigError } from '../core/errors.js';
import { hasErrno } from '../core/files.js';
import { keyFingerprint, makeKeyPair, signFirmware } from '../firmware/validation/signature.js';
import { createPublicKey } from 'node:crypto';
import { readNamedFile } from './firmware-file.js';

/** Signs a file with an Ed25519 key: 64 raw bytes beside it, or at `out`. Throws CONFIG_INVALID, naming what is wrong with file or key. */
export async function signFile(
  file: string,
  { key, out = `${file}.sig` }: { key: string; out?: string },
): Promise<{ signature: string; fingerprint: string }> {
  const [bytes, pem] = [await readNamedFile(file), await readNamedFile(key)];
  if (!Buffer.isBuffer(bytes)) throw new RigError('IMAGE_INVALID', bytes.what);
  if (!Buffer.isBuffer(pem)) throw new RigError('CONFIG_INVALID', pem.what);
  if (bytes.length === 0) throw new RigError('IMAGE_INVALID', `${file} is empty; there is nothing to sign`);
  const signed = signFirmware(bytes, pem);
  if (typeof signed === 'string') throw new RigError('CONFIG_INVALID', `${key}: ${signed}`);
  await write(out, signed.signature);
  return { signature: out, fingerprint: keyFingerprint(signed.publicKey) };
}

/** Makes a pair of keys: `<name>.key.pem`, which only its owner may read, and `<name>.pub.pem`. Never overwrites one. */
export async function makeKeys(
  name: string,
): Promise<{ privateKey: string; publicKey: string; fingerprint: string }> {
  const pair = makeKeyPair();
  const paths = { privateKey: `${name}.key.pem`, publicKey: `${name}.pub.pem` };
  await write(paths.privateKey, pair.privateKey, { flag: 'wx', mode: 0o600 });
  await write(paths.publicKey, pair.publicKey, { flag: 'wx' });
  return { ...paths, fingerprint: keyFingerprint(createPublicKey(pair.publicKey)) };
}

async function write(
  path: string,
  content: string | Buffer,
  options: { flag?: string; mode?: number } = {},
): Promise<void> {
  try {
    await writeFile(path, content, options);
  } catch (thrown) {
    const why = hasErrno(thrown, 'EEXIST')
      ? 'is there already and would be lost; choose another name'
      : `cannot be written (${(thrown as NodeJS.ErrnoException).code}); check the folder and its permissions`;
    throw new RigError('CONFIG_INVALID', `${path} ${why}`, { cause: thrown });
  }
}

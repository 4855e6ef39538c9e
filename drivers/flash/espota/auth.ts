import { createHash, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { RigError } from '../../../core/errors.js';

const digest = (algorithm: 'md5' | 'sha256', text: string) =>
  createHash(algorithm).update(text).digest('hex');

/**
 * The answer to a device's `AUTH <nonce>`: `200 <cnonce> <response>`. The nonce's length says what is wanted: 32 digits are MD5 (ESP8266, and ESP32 before
 * core 3.3.1), 64 are PBKDF2-HMAC-SHA256 with 10,000 rounds (arduino-esp32, tools/espota.py). Throws FLASH_PROTOCOL for any other.
 */
export async function answerTo(nonce: string, password: string, cnonceSeed?: string): Promise<string> {
  const seed = cnonceSeed ?? randomBytes(16).toString('hex');
  if (/^[0-9a-f]{32}$/i.test(nonce)) {
    const cnonce = digest('md5', seed);
    return `200 ${cnonce} ${digest('md5', `${digest('md5', password)}:${nonce}:${cnonce}`)}\n`;
  }
  if (/^[0-9a-f]{64}$/i.test(nonce)) {
    const cnonce = digest('sha256', seed);
    return `200 ${cnonce} ${await pbkdf2Response(password, nonce, cnonce)}\n`;
  }
  throw new RigError(
    'FLASH_PROTOCOL',
    `the device asks for a password in a way that is not known: ${nonce.length} digits`,
  );
}

/** What newer cores want to see. */
export async function pbkdf2Response(password: string, nonce: string, cnonce: string): Promise<string> {
  const salt = `${nonce}:${cnonce}`;
  const key = await promisify(pbkdf2)(digest('sha256', password), salt, 10_000, 32, 'sha256');
  return digest('sha256', `${key.toString('hex')}:${nonce}:${cnonce}`);
}

import { createHash, pbkdf2Sync, randomBytes } from 'node:crypto';

/** How a device that takes espota's invitations asks for its password. */
export interface OtaAuth {
  nonce(): string;
  /** What the answer to the nonce has to be. */
  expected(password: string, nonce: string, cnonce: string): string;
}

const digest = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex');

/** The ESP8266, and the ESP32 before core 3.3.1. */
const md5Auth: OtaAuth = {
  nonce: () => digest('md5', randomBytes(16).toString('hex')),
  expected: (password, nonce, cnonce) => digest('md5', `${digest('md5', password)}:${nonce}:${cnonce}`),
};

/** The ESP32 since core 3.3.1. */
const pbkdf2Auth: OtaAuth = {
  nonce: () => digest('sha256', randomBytes(16).toString('hex')),
  expected(password, nonce, cnonce) {
    const salt = `${nonce}:${cnonce}`;
    const key = pbkdf2Sync(digest('sha256', password), salt, 10_000, 32, 'sha256').toString('hex');
    return digest('sha256', `${key}:${nonce}:${cnonce}`);
  },
};

/** The ESP8266's framework has the older way, those of the other chips the newer one. */
export function otaAuthOf(chip: string): OtaAuth {
  return chip === 'esp8266' ? md5Auth : pbkdf2Auth;
}

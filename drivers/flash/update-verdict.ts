import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ErrorCode } from '../../core/error-catalogue.js';
import { RigError } from '../../core/errors.js';
import { quoted } from '../console/quoted.js';
import type { FlashImage } from './flash-driver.js';
import { hex } from './place.js';

/** What frameworks say when an update fails: `Update.printError` of Arduino's cores for ESP32 and ESP8266. */
const verdicts: [RegExp, ErrorCode, string][] = [
  [/md5/i, 'FLASH_VERIFY_MISMATCH', 'what it holds differs from the image'],
  [/not enough space|bad size|partition could not be found/i, 'FLASH_TOO_SMALL', 'it has no room for it'],
  [/magic byte/i, 'IMAGE_INVALID', 'it is no image for this device'],
  [/new flash config/i, 'IMAGE_INVALID', 'it was built for another flash'],
];

/** The error for a device's refusal, in its own words. Throws IMAGE_INVALID instead when the file is no longer what the release says. */
export async function updateRefused(image: FlashImage, words: string): Promise<RigError> {
  const [, code, means] = verdicts.find(([pattern]) => pattern.test(words)) ?? [
    undefined,
    'FLASH_WRITE_FAILED' as const,
    'it could not write or start it',
  ];
  if (code === 'FLASH_VERIFY_MISMATCH') await checkFile(image);
  const { name, offset } = image;
  const what = `the device refused ${name} at ${hex(offset)}: ${means}; it said "${quoted(words)}"`;
  return new RigError(code, what, { details: { image: name, said: quoted(words) } });
}

/** Whether the fault is the file's: it may have been exchanged since the release was loaded. */
async function checkFile({ name, path, md5 }: FlashImage): Promise<void> {
  const digest = createHash('md5');
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  if (digest.digest('hex') === md5.toLowerCase()) return;
  throw new RigError('IMAGE_INVALID', `${path} is no longer the ${name} that its release file describes`);
}

/** How far a write came, for messages: `writing app at 0x1a000 (60 %)`. */
export function writingAt({ name, offset, sizeBytes }: FlashImage, doneBytes: number): string {
  const percent = Math.floor((100 * doneBytes) / Math.max(1, sizeBytes));
  return `writing ${name} at ${hex(offset + doneBytes)} (${percent} %)`;
}

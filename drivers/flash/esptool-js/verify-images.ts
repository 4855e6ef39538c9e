import { createHash } from 'node:crypto';
import { RigError } from '../../../core/errors.js';
import type { FlashImage } from '../flash-driver.js';
import { hex } from '../place.js';
import { answerMs } from './block.js';
import { readImageFile } from './blocks.js';
import type { Session } from './connect.js';
import { op, words } from './library.js';
import { command } from './loader-error.js';

/** What the stub digests within one command's deadline: the vendor reckons 8 s a MB at the slowest. */
const stretchBytes = 512 * 1024;
const sectorBytes = 4096;

/** Compares the flash with the images, and where they differ finds the first sector that does. */
export async function verifyImages(
  session: Session,
  images: readonly FlashImage[],
  onDone: (image: FlashImage) => void,
): Promise<void> {
  for (const image of images) {
    await verifyImage(session, image);
    onDone(image);
  }
}

async function verifyImage(session: Session, image: FlashImage): Promise<void> {
  if (image.sizeBytes <= stretchBytes) {
    if ((await flashMd5(session, image, 0, image.sizeBytes)) === image.md5.toLowerCase()) return;
  }
  const bytes = await readImageFile(image.name, image.path);
  if (bytes.length !== image.sizeBytes || md5(bytes) !== image.md5.toLowerCase()) {
    throw new RigError(
      'IMAGE_INVALID',
      `${image.path} is no longer the ${image.name} that its release file describes`,
    );
  }
  for (let from = 0; from < bytes.length; from += stretchBytes) {
    const to = Math.min(from + stretchBytes, bytes.length);
    if (await matches(session, image, bytes, from, to)) continue;
    const sector = await firstDifference(session, image, bytes, from, to);
    const address = hex(image.offset + sector);
    const what = `${image.name} differs from what is in flash, first in the sector at ${address}`;
    throw new RigError('FLASH_VERIFY_MISMATCH', what, {
      details: { image: image.name, offset: image.offset + sector, sectorBytes },
    });
  }
}

/** Halves a stretch that is known to differ until one sector is left. */
async function firstDifference(
  session: Session,
  image: FlashImage,
  bytes: Buffer,
  from: number,
  to: number,
): Promise<number> {
  while (to - from > sectorBytes) {
    const middle = from + Math.ceil((to - from) / sectorBytes / 2) * sectorBytes;
    if (await matches(session, image, bytes, from, middle)) from = middle;
    else to = middle;
  }
  return from;
}

async function matches(
  session: Session,
  image: FlashImage,
  bytes: Buffer,
  from: number,
  to: number,
): Promise<boolean> {
  return (await flashMd5(session, image, from, to)) === md5(bytes.subarray(from, to));
}

async function flashMd5(
  { transport, loader }: Session,
  image: FlashImage,
  from: number,
  to: number,
): Promise<string> {
  const context = {
    doing: `verifying ${image.name} at ${hex(image.offset + from)}`,
    timeoutMs: answerMs,
    refused: 'FLASH_READ_FAILED',
  } as const;
  const digest = await command(transport, context, () =>
    loader.checkCommand('', op.flashMd5, words(image.offset + from, to - from, 0, 0), 0, 16, answerMs),
  );
  return Buffer.from(digest as Uint8Array).toString('hex');
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

import { RigError } from '../../core/errors.js';
import type { FlashCallOptions, FlashDriver, FlashImage } from './flash-driver.js';

/** True when the flash holds every image. Nothing is written. Throws what `verify` throws for any other reason. */
export async function holdsAll(
  driver: Pick<FlashDriver, 'verify'>,
  images: readonly FlashImage[],
  call?: FlashCallOptions,
): Promise<boolean> {
  try {
    await driver.verify(images, call);
    return true;
  } catch (thrown) {
    if (thrown instanceof RigError && thrown.code === 'FLASH_VERIFY_MISMATCH') return false;
    throw thrown;
  }
}

/** The images whose regions hold something else, in their order. */
export async function changedImages(
  driver: Pick<FlashDriver, 'verify'>,
  images: readonly FlashImage[],
  call?: FlashCallOptions,
): Promise<FlashImage[]> {
  const changed: FlashImage[] = [];
  for (const image of images) if (!(await holdsAll(driver, [image], call))) changed.push(image);
  return changed;
}

/** True when the version stands as text at that place of the flash, ended by a zero, by FF or by the end of its room. */
export async function holdsVersion(
  driver: Pick<FlashDriver, 'read'>,
  { offset, lengthBytes }: { offset: number; lengthBytes: number },
  version: string,
  call?: FlashCallOptions,
): Promise<boolean> {
  const field = await driver.read(offset, lengthBytes, call);
  const end = field.findIndex((byte) => byte === 0 || byte === 0xff);
  return field.subarray(0, end === -1 ? field.length : end).toString('utf8') === version;
}

import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, deflate } from 'node:zlib';
import { RigError } from '../../core/errors.js';
import type { FlashImage } from '../../drivers/flash/flash-driver.js';
import type { Release, ReleaseImage } from '../../rigs/types.js';

/** The images of the run's releases, each compressed once, in zlib's threads. */
export interface DeflatedImages {
  /** Throws IMAGE_INVALID when an image is no longer what was checked at the start of the run, DISK_WRITE_FAILED. */
  of(release: Release): Promise<FlashImage[]>;
  /** Removes what was compressed; may be called twice. */
  close(): Promise<void>;
}

/** `folder` belongs to the run and is made when it is needed. */
export function createDeflatedImages(folder: string): DeflatedImages {
  const paths = new Map<string, Promise<string>>();
  const deflatedPath = (image: ReleaseImage) => {
    const path = paths.get(image.sha256) ?? compress(image, folder);
    paths.set(image.sha256, path);
    return path;
  };
  return {
    of: ({ images }) =>
      Promise.all(
        images.map(async (image) => {
          const { name, offset, path, sizeBytes, md5 } = image;
          return { name, offset, path, sizeBytes, md5, deflatedPath: await deflatedPath(image) };
        }),
      ),
    async close() {
      await Promise.allSettled(paths.values());
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function compress({ path, sha256, name }: ReleaseImage, folder: string): Promise<string> {
  const content = await readFile(path);
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== sha256) {
    throw new RigError(
      'IMAGE_INVALID',
      `${path} (${name}) was changed after the run started: SHA-256 ${found}`,
    );
  }
  const deflated = await promisify(deflate)(content, { level: constants.Z_BEST_COMPRESSION });
  const target = join(folder, `${sha256}.zlib`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(target, deflated);
  } catch (cause) {
    throw new RigError('DISK_WRITE_FAILED', `${target}: ${String(cause)}`, { cause });
  }
  return target;
}

import { createReadStream } from 'node:fs';
import { RigError } from '../../core/errors.js';
import type { FlashImage } from './flash-driver.js';

/**
 * The bytes of an image in pieces of that size, the last one shorter. Throws IMAGE_INVALID when the file cannot be read or has another length than its
 * release knows.
 */
export async function* imageChunks(image: FlashImage, chunkBytes: number): AsyncGenerator<Buffer> {
  const { path, name, sizeBytes } = image;
  const changed = (why: string, cause?: unknown) =>
    new RigError(
      'IMAGE_INVALID',
      `${path} is no longer the ${name} that its release file describes: ${why}`,
      {
        ...(cause !== undefined && { cause }),
      },
    );
  let seen = 0;
  const chunks = createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>;
  const reading = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await reading.next().catch((thrown: unknown) => {
        throw changed(String(thrown), thrown);
      });
      if (done) break;
      seen += value.length;
      if (seen > sizeBytes) throw changed(`it has more than ${sizeBytes} bytes`);
      yield value;
    }
  } finally {
    await reading.return?.();
  }
  if (seen < sizeBytes) throw changed(`it has ${seen} bytes in place of ${sizeBytes}`);
}

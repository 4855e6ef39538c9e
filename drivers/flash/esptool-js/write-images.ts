import type { FlashProgress, WriteResult } from '../flash-driver.js';
import { checkPlace, hex } from '../place.js';
import { answerMs, writeBlock } from './block.js';
import type { Session } from './connect.js';
import { op, words } from './library.js';
import { command } from './loader-error.js';
import type { ImageFrames } from './frames.js';

/** Writes the images as they are: header bytes are kept, since to change them would leave a stale hash in a bootloader. */
export async function writeImages(
  session: Session,
  prepared: readonly ImageFrames[],
  onProgress: (progress: FlashProgress) => void,
): Promise<WriteResult> {
  for (const { image } of prepared) checkPlace(image, session.flashSizeBytes);
  const totalBytes = prepared.reduce((sum, { image }) => sum + image.sizeBytes, 0);
  const startedAt = performance.now();
  let wireBytes = 0;
  let doneBytes = 0;
  for (const frames of prepared) {
    const before = doneBytes;
    const image = frames.image.name;
    onProgress({ image, doneBytes, totalBytes });
    wireBytes += await writeImage(session, frames, (imageBytes) => {
      doneBytes = before + imageBytes;
      onProgress({ image, doneBytes, totalBytes });
    });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { wireBytes, sizeBytes: totalBytes, seconds, baudRate: session.link.baudRate };
}

/** Returns the compressed bytes that went over the wire. */
async function writeImage(
  { transport, loader }: Session,
  frames: ImageFrames,
  onDone: (imageBytes: number) => void,
): Promise<number> {
  const { image } = frames;
  let done = 0;
  const run = <T>(work: () => Promise<T>) => {
    const percent = Math.floor((100 * done) / image.sizeBytes);
    const doing = `writing ${image.name} at ${hex(image.offset + done)} (${percent} %)`;
    return command(transport, { doing, timeoutMs: answerMs, refused: 'FLASH_WRITE_FAILED' }, work);
  };

  const compressedBytes = await frames.compressedBytes;
  await run(() => loader.flashDeflBegin(image.sizeBytes, compressedBytes, image.offset));
  for (let block = await frames.next(); block; block = await frames.next()) {
    const { frame, imageBytes } = block;
    await run(() => writeBlock(transport, op.deflData, frame));
    done += imageBytes;
    onDone(done);
  }
  // Its answer comes after the last block has been written, and says whether that went well.
  await run(() => loader.checkCommand('', op.deflEnd, words(1), 0, 0, answerMs));
  return compressedBytes;
}

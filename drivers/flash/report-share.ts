import type { FlashCallOptions, FlashImage } from './flash-driver.js';

/**
 * Turns the done share of a write of several images, 0 … 1, into progress: in the order of the images, with a report at the end of each. For
 * drivers that write them in one piece.
 */
export function reportShare(
  images: readonly FlashImage[],
  onProgress: FlashCallOptions['onProgress'],
): (share: number) => void {
  const totalBytes = images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let index = 0;
  let startBytes = 0;
  return (share) => {
    const doneBytes = Math.min(totalBytes, Math.floor(totalBytes * share));
    for (let image = images[index]; image; image = images[index]) {
      const endBytes = startBytes + image.sizeBytes;
      if (doneBytes > startBytes)
        onProgress?.({ image: image.name, doneBytes: Math.min(doneBytes, endBytes), totalBytes });
      if (doneBytes < endBytes) return;
      startBytes = endBytes;
      index += 1;
    }
  };
}

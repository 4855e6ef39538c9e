import type { FlashCallOptions, FlashImage } from '../flash-driver.js';
import type { Piece } from './contents.js';

/** Turns bytes of a piece into bytes of its image: a file in Intel HEX is longer than what it brings. Pieces come one after the other. */
export function progressOf(
  images: readonly FlashImage[],
  pieces: readonly Piece[],
  onProgress: FlashCallOptions['onProgress'],
): (piece: Piece, doneBytes: number) => void {
  const totalBytes = images.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const shareOf = ({ image, data }: Piece, bytes: number): number => {
    const own = pieces
      .filter((each) => each.image === image)
      .reduce((sum, each) => sum + each.data.length, 0);
    return (image.sizeBytes * Math.min(bytes, data.length)) / own;
  };
  let doneBefore = 0;
  let current: Piece | undefined;
  return (piece, doneBytes) => {
    if (current && current !== piece) doneBefore += shareOf(current, current.data.length);
    current = piece;
    const done = Math.round(doneBefore + shareOf(piece, doneBytes));
    onProgress?.({ image: piece.image.name, doneBytes: done, totalBytes });
  };
}

import { hex } from '../firmware/hex.js';
import type { CheckedFile } from './checked-file.js';
import type { Problem } from './problem.js';
import { endOf, type LoadedImage } from './release-rules.js';
import type { BoardFile, ReleaseFile } from './rig-files.js';
import { sizeInBytes, sizeText } from './size.js';

/** A release that was read, with its images. */
export interface LoadedRelease {
  file: CheckedFile<ReleaseFile>;
  images: LoadedImage[];
}

/** What a release must keep to go onto a board: problems of the release file, for the stations that pair the two. */
export function checkFit(release: LoadedRelease, board: CheckedFile<BoardFile>): Problem[] {
  const size = board.values.flash?.size;
  const flashSizeBytes = size === undefined ? undefined : sizeInBytes(size);
  if (flashSizeBytes === undefined) return [];
  return release.images
    .filter((image) => endOf(image) > flashSizeBytes)
    .map((image) => {
      const what = `${image.name} ends at ${hex(endOf(image))}, beyond the ${sizeText(flashSizeBytes)} of flash of board ${board.name}; move it, or make it smaller`;
      return release.file.problemAt(['images', image.index, 'offset'], what);
    });
}

import { inspectEspImage } from './esp-image.js';
import { findProgram, type FoundProgram } from './factory-app-codec.js';

/**
 * The program of an ESP application image, or undefined when it has none. Only data that is mapped from flash is searched, and bytes behind
 * the image are not looked at. Throws IMAGE_INVALID when there is one, but damaged or of another format.
 */
export function findEspProgram(image: Buffer): FoundProgram | undefined {
  for (const { kind, dataOffset, sizeBytes } of inspectEspImage(image).segments) {
    if (kind !== 'mapped') continue;
    const found = findProgram(image.subarray(dataOffset, dataOffset + sizeBytes));
    if (found !== undefined) return found;
  }
  return undefined;
}

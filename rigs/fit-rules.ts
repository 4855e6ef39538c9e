import { hex } from '../firmware/hex.js';
import { checkImageContents, requiredImages } from '../firmware/release-images.js';
import { policyOf } from './board-policy.js';
import type { CheckedFile } from './checked-file.js';
import { checkFirmware } from './firmware-rules.js';
import type { Problem } from './problem.js';
import { endOf, sectorBytes, type LoadedImage } from './release-rules.js';
import type { BoardFile, ReleaseFile } from './rig-files.js';
import { sizeInBytes, sizeText } from './size.js';

/** A release that was read, with its images. */
export interface LoadedRelease {
  file: CheckedFile<ReleaseFile>;
  images: LoadedImage[];
  /** True for an application that is written over the one which a board holds: bootloader and partition table stay. */
  isUpdate?: true;
}

/**
 * What a release must keep to go onto a board: problems of the release file, for the stations that pair the two. The images are
 * looked into for the chip of the release; that it is the board's is another rule.
 */
export async function checkFit(release: LoadedRelease, board: CheckedFile<BoardFile>): Promise<Problem[]> {
  const policy = await policyOf(board);
  return [
    ...completenessProblems(release, board),
    ...placeProblems(release, board),
    ...checkFirmware(release, board, policy),
  ];
}

/** Drivers that give a device its application while it runs. */
const overTheAir: readonly unknown[] = ['ota-http', 'espota'];

/** A loader has to be given everything, a device that is updated over the air its application alone. */
function completenessProblems(
  { file, images, isUpdate }: LoadedRelease,
  board: CheckedFile<BoardFile>,
): Problem[] {
  const { driver } = board.values.flash ?? {};
  const written = file.values.images ?? [];
  const missing = requiredImages(file.values.chip ?? '').filter(
    (required) => !written.some((entry) => entry?.name === required),
  );
  if (overTheAir.includes(driver)) {
    if (written[0]?.name === 'flash') {
      const what = `is a whole flash, but the driver ${driver} of board ${board.name} sends an application; name the application alone`;
      return [file.problemAt(['images'], what)];
    }
    if (written.length < 2 || images.length < 2) return [];
    const what = `has ${written.length} images, but the driver ${driver} of board ${board.name} sends one; make a release of the application alone`;
    return [file.problemAt(['images'], what)];
  }
  // What else is missing was reported when the file was read.
  if (isUpdate || missing.length === 0 || written.length !== 1 || written[0]?.name !== 'app') return [];
  const what = `has the application alone, for devices that are updated over the air, but board ${board.name} is written by its loader; add ${missing.join(' and ')}`;
  return [file.problemAt(['images'], what)];
}

function placeProblems(release: LoadedRelease, board: CheckedFile<BoardFile>): Problem[] {
  const size = board.values.flash?.size;
  const flashSizeBytes = size === undefined ? undefined : sizeInBytes(size);
  if (flashSizeBytes === undefined || flashSizeBytes % sectorBytes !== 0) return [];
  return [...beyondTheEnd(release, board, flashSizeBytes), ...contents(release, flashSizeBytes)];
}

function beyondTheEnd(
  release: LoadedRelease,
  board: CheckedFile<BoardFile>,
  flashSizeBytes: number,
): Problem[] {
  return release.images
    .filter((image) => endOf(image) > flashSizeBytes)
    .map((image) => {
      const what = `${image.name} ends at ${hex(endOf(image))}, beyond the ${sizeText(flashSizeBytes)} of flash of board ${board.name}; move it, or make it smaller`;
      return release.file.problemAt(['images', image.index, 'offset'], what);
    });
}

/** The same for every board with as much flash, and not cheap: done once. */
function contents(release: LoadedRelease, flashSizeBytes: number): Problem[] {
  const { chip, version } = release.file.values;
  if (chip === undefined || version === undefined) return [];
  const known = looked.get(release) ?? new Map<number, Problem[]>();
  looked.set(release, known);
  const wellPlaced = release.images.filter((image) => image.wellPlaced && endOf(image) <= flashSizeBytes);
  const problems =
    known.get(flashSizeBytes) ??
    checkImageContents(wellPlaced, { chip, version, flashSizeBytes }).map(({ image, what }) => {
      const index = release.images.find(({ name }) => name === image)?.index;
      const path = index === undefined ? ['images'] : ['images', index, 'file'];
      return release.file.problemAt(
        path,
        index === undefined ? what : `${image}: ${what}; build the image anew, or correct this entry`,
      );
    });
  known.set(flashSizeBytes, problems);
  return problems;
}

const looked = new WeakMap<LoadedRelease, Map<number, Problem[]>>();

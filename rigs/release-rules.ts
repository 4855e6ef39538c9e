import { chipFlashOf, sectorAround } from '../firmware/chip-flash.js';
import { hex } from '../firmware/hex.js';
import { requiredImages } from '../firmware/release-images.js';
import type { CheckedFile } from './checked-file.js';
import { loadImage, type LoadedImage } from './load-image.js';
import { checkName, repeated } from './name-rule.js';
import type { ImageEntry, Partly, ReleaseFile } from './rig-files.js';
import { sizeText } from './size.js';

export type { LoadedImage } from './load-image.js';

type File = CheckedFile<ReleaseFile>;

/** Flash chips hold whole sectors of this many bytes; what an image begins with depends on the chip (`chip-flash.ts`). */
export const sectorBytes = 4096;

/** What a release file must keep by itself, beyond its schema; returns the images that could be read, in order of the file. */
export async function checkRelease(file: File): Promise<LoadedImage[]> {
  checkName('release', file, file.values.release);
  if (file.values.skip?.by === 'field' && file.values.skip.offset === undefined)
    file.report(['skip'], 'says `by: field` without its `offset`; add where in flash the version stands');
  const entries = file.values.images ?? [];
  for (const { index, first } of repeated(entries.map((entry) => entry?.name))) {
    const line = file.lineOf(['images', first, 'name']);
    const what = `"${entries[index]?.name}" is already the image of line ${line}; give it a name of its own`;
    file.report(['images', index, 'name'], what);
  }
  checkRequired(file, entries);
  const loaded = await Promise.all(entries.map((entry, index) => loadImage(file, entry ?? {}, index)));
  const images = loaded.filter((image) => image !== undefined);
  checkOverlaps(file, images);
  return images;
}

/** Without one of its images a chip does not boot; `flash` has all of them. An application alone is for devices that are updated while they run: `fit-rules.ts`. */
function checkRequired(file: File, entries: readonly (Partly<ImageEntry> | undefined)[]): void {
  const [first] = entries;
  if (entries.length === 1 && (first?.name === 'app' || first?.name === 'flash')) return;
  const { chip } = file.values;
  const required = chip === undefined ? [] : requiredImages(chip);
  const unnamed = entries.some((entry) => entry?.name === undefined);
  const absent = required.filter((name) => !entries.some((entry) => entry?.name === name));
  if (absent.length === 0 || unnamed) return;
  file.report(
    ['images'],
    `has no image named ${absent.join(' or ')}; a release for the ${chip} has ${required.join(', ')}`,
    'key',
  );
}

function checkOverlaps(file: File, images: readonly LoadedImage[]): void {
  const inOrder = [...images].sort((one, two) => startOf(one) - startOf(two) || one.index - two.index);
  for (const [position, image] of inOrder.entries()) {
    const before = inOrder.slice(0, position).find((other) => overlap(other, image));
    if (before === undefined) continue;
    before.wellPlaced = image.wellPlaced = false;
    const what = `${image.name} begins at ${hex(startOf(image))}, where ${before.name} (${sizeText(endOf(before) - startOf(before))} from ${hex(startOf(before))}, line ${file.lineOf(['images', before.index])}) has not ended; the next free sector is ${hex(nextFree(file, endOf(before)))}`;
    file.report(['images', image.index, 'offset'], what);
  }
}

function overlap(one: LoadedImage, other: LoadedImage): boolean {
  return one.spans.some(([start, end]) => other.spans.some(([from, to]) => from < end && start < to));
}

function nextFree(file: File, end: number): number {
  const chip = chipFlashOf(file.values.chip ?? '');
  if (chip === undefined) return end;
  const sector = sectorAround(chip, end);
  return sector.offset === end ? end : sector.offset + sector.sizeBytes;
}

function startOf({ spans, offset }: LoadedImage): number {
  return spans[0]?.[0] ?? offset;
}

/** The first byte of flash after an image. */
export function endOf({ spans, offset }: LoadedImage): number {
  return spans.at(-1)?.[1] ?? offset;
}

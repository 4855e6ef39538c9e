import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hex } from '../firmware/hex.js';
import type { CheckedFile } from './checked-file.js';
import { checkName, repeated } from './name-rule.js';
import type { ImageEntry, Partly, ReleaseFile } from './rig-files.js';
import { sizeText } from './size.js';
import type { ReleaseImage } from './types.js';

type File = CheckedFile<ReleaseFile>;

/** Flash is erased in sectors of this many bytes, so an image begins with one, and a flash chip holds whole ones. */
export const sectorBytes = 4096;

/** An image whose file was read. */
export interface LoadedImage extends ReleaseImage {
  /** Its place in the list of the release file. */
  index: number;
  /** False when its offset cannot be right: then nothing can be said of what lies around it. */
  wellPlaced: boolean;
  bytes: Buffer;
}

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

/** Without one of these a chip does not boot. */
const required = ['bootloader', 'partitions', 'app'];

function checkRequired(file: File, entries: readonly (Partly<ImageEntry> | undefined)[]): void {
  const unnamed = entries.some((entry) => entry?.name === undefined);
  const absent = required.filter((name) => !entries.some((entry) => entry?.name === name));
  if (absent.length === 0 || unnamed) return;
  file.report(
    ['images'],
    `has no image named ${absent.join(' or ')}; a release has ${required.join(', ')}`,
    'key',
  );
}

async function loadImage(
  file: File,
  entry: Partly<ImageEntry>,
  index: number,
): Promise<LoadedImage | undefined> {
  const { name, offset, sha256 } = entry;
  const wellPlaced = offset !== undefined && offset % sectorBytes === 0;
  if (offset !== undefined && !wellPlaced) {
    const down = offset - (offset % sectorBytes);
    const what = `${hex(offset)} is not at the start of a flash sector; use a multiple of 0x1000, such as ${hex(down)} or ${hex(down + sectorBytes)}`;
    file.report(['images', index, 'offset'], what);
  }
  if (entry.file === undefined) return undefined;
  const path = resolve(dirname(file.file), entry.file);
  const bytes = await readImage(file, path, ['images', index, 'file']);
  if (bytes === undefined) return undefined;
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== undefined && sha256 !== actual) {
    const what = `is ${sha256}, but the file ${entry.file} has ${actual}; copy the file anew, or write its hash here when it is the one that is wanted`;
    file.report(['images', index, 'sha256'], what);
  }
  if (name === undefined || offset === undefined) return undefined;
  const md5 = createHash('md5').update(bytes).digest('hex');
  return { index, wellPlaced, name, offset, path, bytes, sizeBytes: bytes.length, sha256: actual, md5 };
}

async function readImage(file: File, path: string, at: (string | number)[]): Promise<Buffer | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > 0) return bytes;
    file.report(at, `the image ${path} is empty; ${remedyFor(file.name)}`);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') file.report(at, `there is no image ${path}; ${remedyFor(file.name)}`);
    else if (code === 'EISDIR') file.report(at, `${path} is a folder; name the image file in it`);
    else file.report(at, `the image ${path} cannot be read (${code}); check its permissions`);
  }
  return undefined;
}

/** The images of the demo release are made on this machine; all others come from somewhere. */
function remedyFor(release: string): string {
  return release.startsWith('demo-')
    ? 'run `npm run prepare`, which builds it'
    : 'copy it there, or correct `file`, which is relative to the release file';
}

function checkOverlaps(file: File, images: readonly LoadedImage[]): void {
  const inOrder = [...images].sort((one, two) => one.offset - two.offset || one.index - two.index);
  for (const [position, image] of inOrder.entries()) {
    const before = inOrder.slice(0, position).find((other) => endOf(other) > image.offset);
    if (before === undefined) continue;
    before.wellPlaced = image.wellPlaced = false;
    const free = Math.ceil(endOf(before) / sectorBytes) * sectorBytes;
    const what = `${image.name} begins at ${hex(image.offset)}, where ${before.name} (${sizeText(before.sizeBytes)} from ${hex(before.offset)}, line ${file.lineOf(['images', before.index])}) has not ended; the next free sector is ${hex(free)}`;
    file.report(['images', image.index, 'offset'], what);
  }
}

/** The first byte after an image. */
export function endOf(image: Pick<ReleaseImage, 'offset' | 'sizeBytes'>): number {
  return image.offset + image.sizeBytes;
}

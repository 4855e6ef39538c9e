import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { chipFlashOf, sectorAround } from '../firmware/chip-flash.js';
import { hex } from '../firmware/hex.js';
import { spansOf } from '../firmware/release-images.js';
import { checkChecksum, type ChecksumRule } from '../firmware/validation/checksum.js';
import type { CheckedFile } from './checked-file.js';
import type { ImageEntry, Partly, ReleaseFile } from './rig-files.js';
import type { ReleaseImage } from './types.js';
import type { ValuePath } from './yaml-source.js';

type File = CheckedFile<ReleaseFile>;

/** An image whose file was read. */
export interface LoadedImage extends ReleaseImage {
  /** Its place in the list of the release file. */
  index: number;
  /** False when its offset cannot be right: then nothing can be said of what lies around it. */
  wellPlaced: boolean;
  bytes: Buffer;
  /** Contents of its signature file; left out when it has none. */
  signature?: Buffer;
  /** What it takes of flash, `[start, end)` from its start: several pieces for Intel HEX and UF2. */
  spans: [number, number][];
}

/** Reads one image of a release and holds it against what the file says of it; undefined when nothing can be said of it. */
export async function loadImage(
  file: File,
  entry: Partly<ImageEntry>,
  index: number,
): Promise<LoadedImage | undefined> {
  const { name, offset, sha256 } = entry;
  const here = ['images', index] as const;
  const wellPlaced = offset !== undefined && checkOffset(file, [...here, 'offset'], offset);
  if (entry.sha256 === undefined && entry.checksum === undefined && !file.isWritten([...here, 'sha256'])) {
    const what = 'is missing; add it as `sha256sum` prints it, or write a `checksum`';
    file.report([...here, 'sha256'], what);
  }
  if (entry.file === undefined) return undefined;
  const path = resolve(dirname(file.file), entry.file);
  const [bytes, signature] = await Promise.all([
    readReleased(file, path, [...here, 'file'], 'image'),
    entry.signature === undefined
      ? undefined
      : readReleased(file, resolve(dirname(file.file), entry.signature), [...here, 'signature'], 'signature'),
  ]);
  if (bytes === undefined) return undefined;
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== undefined && sha256 !== actual) {
    const what = `is ${sha256}, but the file ${entry.file} has ${actual}; copy the file anew, or write its hash here when it is the one that is wanted`;
    file.report([...here, 'sha256'], what);
  }
  const rule = entry.checksum === undefined ? undefined : wholeRule(entry.checksum);
  for (const { what } of rule ? checkChecksum(bytes, rule) : []) {
    file.report([...here, 'checksum', 'value'], `${entry.file}: ${what}`);
  }
  if (name === undefined || offset === undefined) return undefined;
  const md5 = createHash('md5').update(bytes).digest('hex');
  return {
    index,
    wellPlaced,
    name,
    offset,
    path,
    bytes,
    ...(signature && { signature }),
    spans: spansOf(file.values.chip ?? '', { offset, bytes }),
    sizeBytes: bytes.length,
    sha256: actual,
    md5,
  };
}

/** Whether an image can begin there; true as well where nothing is known of the chip. */
function checkOffset(file: File, path: ValuePath, offset: number): boolean {
  const chip = chipFlashOf(file.values.chip ?? '');
  if (chip === undefined) return true;
  const sector = sectorAround(chip, offset);
  if (sector.offset === offset) return true;
  const { sizeBytes } = sector;
  const rule =
    chip.sectorBytes === undefined ? `a multiple of ${hex(sizeBytes)}, such as ` : 'the start of one: ';
  const what = `${hex(offset)} is not at the start of a flash sector; use ${rule}${hex(sector.offset)} or ${hex(sector.offset + sizeBytes)}`;
  file.report(path, what);
  return false;
}

/** A checksum of which every part was accepted; the schema has reported the others. */
function wholeRule({ algorithm, value, blockSize }: Partly<ChecksumRule>): ChecksumRule | undefined {
  if (algorithm === undefined || value === undefined) return undefined;
  if (typeof value === 'string') return { algorithm, value, ...(blockSize !== undefined && { blockSize }) };
  const values = value.filter((one) => one !== undefined);
  if (values.length !== value.length) return undefined;
  return { algorithm, value: values, ...(blockSize !== undefined && { blockSize }) };
}

async function readReleased(
  file: File,
  path: string,
  at: ValuePath,
  what: 'image' | 'signature',
): Promise<Buffer | undefined> {
  const remedy = remedyFor(file.name, what);
  try {
    const bytes = await readFile(path);
    if (bytes.length > 0) return bytes;
    file.report(at, `the ${what} ${path} is empty; ${remedy}`);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') file.report(at, `there is no ${what} ${path}; ${remedy}`);
    else if (code === 'EISDIR') file.report(at, `${path} is a folder; name the ${what} file in it`);
    else file.report(at, `the ${what} ${path} cannot be read (${code}); check its permissions`);
  }
  return undefined;
}

/** The images of the demo release are made on this machine; all others come from somewhere. */
function remedyFor(release: string, what: 'image' | 'signature'): string {
  if (what === 'signature') return 'make it with `rig firmware sign`, or copy it there';
  return release.startsWith('demo-')
    ? 'run `npm run prepare`, which builds it'
    : 'copy it there, or correct `file`, which is relative to the release file';
}

/**
 * Makes the image files of the release demo-1.2.0, which are not kept in git: `node --import tsx rigs/releases/build-demo.ts [folder
 * [release file]]`. They must come out as the release file says, or nothing is written.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { RigError } from '../../core/errors.js';
import { demoProgram } from '../../firmware/demo-program.js';
import { buildRelease, type DemoReleaseOptions, type ImageBytes } from '../../firmware/demo-release.js';

/** What the demo release is made of: an application of 1.1 MiB, as a Wi-Fi product has it. */
export const demoRelease: DemoReleaseOptions = {
  version: '1.2.0',
  program: demoProgram,
  appSizeBytes: 1_153_440,
  seed: 120,
};

const defaultReleaseFile = fileURLToPath(new URL('demo-1.2.0.yaml', import.meta.url));
const defaultFolder = fileURLToPath(new URL('demo-1.2.0', import.meta.url));

/** Names of the files that were written: none when they were there and right. Throws IMAGE_INVALID when the release file has other hashes. */
export async function buildDemo(folder = defaultFolder, releaseFile = defaultReleaseFile): Promise<string[]> {
  const images = buildRelease(demoRelease);
  compareHashes(images, releaseFile, await readHashes(releaseFile));
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const { name, bytes } of images) {
    const file = join(folder, `${name}.bin`);
    if (await holds(file, bytes)) continue;
    await replace(file, bytes);
    written.push(`${name}.bin`);
  }
  return written;
}

/** SHA-256 of each image by its name. The loader checks the file's shape; here a missing hash is a hash that differs. */
async function readHashes(file: string): Promise<Map<unknown, unknown>> {
  const release = parse(await readFile(file, 'utf8')) as {
    images?: { name?: unknown; sha256?: unknown }[];
  } | null;
  return new Map((release?.images ?? []).map(({ name, sha256 }) => [name, sha256]));
}

function compareHashes(
  images: readonly ImageBytes[],
  releaseFile: string,
  expected: Map<unknown, unknown>,
): void {
  const different = images.flatMap(({ name, bytes }) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return sha256 === expected.get(name)
      ? []
      : [`  ${name}: built ${sha256}, expected ${String(expected.get(name))}`];
  });
  if (different.length === 0) return;
  const what = [
    `the images of the demo release come out other than ${releaseFile} says; nothing was written:`,
    ...different,
    'If the change is meant, put the built values into the release file.',
  ];
  throw new RigError('IMAGE_INVALID', what.join('\n'));
}

async function holds(file: string, bytes: Buffer): Promise<boolean> {
  return readFile(file).then(
    (present) => present.equals(bytes),
    () => false,
  );
}

/** A reader sees the old file or the whole new one. */
async function replace(file: string, bytes: Buffer): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, bytes);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const written = await buildDemo(process.argv[2], process.argv[3]);
    process.stdout.write(
      `demo-1.2.0: ${written.length === 0 ? 'up to date' : `wrote ${written.join(', ')}`}\n`,
    );
  } catch (thrown) {
    if (!(thrown instanceof RigError)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    process.exitCode = 1;
  }
}

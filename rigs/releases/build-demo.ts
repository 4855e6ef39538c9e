/**
 * Makes the image files of the demo releases, which are not kept in git: `node --import tsx rigs/releases/build-demo.ts [folder of the release
 * files [folder for their images]]`. The images of a release must come out as its release file says, or none of them is written.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { RigError } from '../../core/errors.js';
import { buildAvrHex, demoUno } from '../../firmware/avr-demo.js';
import { demoGatewayFirmware, demoNodeApp } from '../../firmware/demo-network.js';
import { demoProgram } from '../../firmware/demo-program.js';
import { demoProgram8266, demoProgramC3, demoProgramS3 } from '../../firmware/demo-program-esp.js';
import { buildRelease, type DemoReleaseOptions } from '../../firmware/demo-release.js';
import { buildRp2040Uf2, demoPico } from '../../firmware/rp2040-demo.js';
import { demoF103, demoF411 } from '../../firmware/stm32-demo.js';
import { buildStm32Image } from '../../firmware/stm32-image.js';

/** What the first demo release is made of: an application of 1.1 MiB, as a Wi-Fi product has it. */
export const demoRelease: DemoReleaseOptions = {
  version: '1.2.0',
  program: demoProgram,
  appSizeBytes: 1_153_440,
  seed: 120,
};

/** An image with the name of its file in the release's folder. */
export interface DemoFile {
  /** As in the release file. */
  name: string;
  file: string;
  bytes: Buffer;
}

/** Every demo release by its name. Those of the other boards are small, so that a station of many kinds is soon done. */
export const demoReleases: Record<string, () => DemoFile[]> = {
  'demo-1.2.0': () => espFiles(demoRelease),
  'demo-esp32s3-1.2.0': () =>
    espFiles({ chip: 'esp32s3', version: '1.2.0', program: demoProgramS3, appSizeBytes: 160_000, seed: 321 }),
  'demo-esp32c3-1.2.0': () =>
    espFiles({ chip: 'esp32c3', version: '1.2.0', program: demoProgramC3, appSizeBytes: 128_000, seed: 323 }),
  'demo-esp8266-1.2.0': () =>
    espFiles({
      chip: 'esp8266',
      version: '1.2.0',
      program: demoProgram8266,
      appSizeBytes: 112_000,
      seed: 826,
    }),
  'demo-uno-1.2.0': () => [{ name: 'app', file: 'app.hex', bytes: buildAvrHex(demoUno) }],
  'demo-stm32f103-1.2.0': () => [{ name: 'app', file: 'app.bin', bytes: buildStm32Image(demoF103) }],
  'demo-stm32f411-1.2.0': () => [{ name: 'app', file: 'app.bin', bytes: buildStm32Image(demoF411) }],
  'demo-node-1.2.0': () => [{ name: 'app', file: 'app.bin', bytes: demoNodeApp() }],
  'demo-gateway-1.2.0': () => [{ name: 'app', file: 'app.bin', bytes: demoGatewayFirmware() }],
  'demo-pico-1.2.0': () => [{ name: 'app', file: 'app.uf2', bytes: buildRp2040Uf2(demoPico) }],
};

function espFiles(options: DemoReleaseOptions): DemoFile[] {
  return buildRelease(options).map(({ name, bytes }) => ({ name, file: `${name}.bin`, bytes }));
}

const here = fileURLToPath(new URL('.', import.meta.url));

/** What was done about each release: the files that were written, none when they were there and right. Throws IMAGE_INVALID when a release file has other hashes. */
export async function buildDemos(releaseFolder = here, into = here): Promise<Record<string, string[]>> {
  const written: Record<string, string[]> = {};
  for (const [release, build] of Object.entries(demoReleases)) {
    written[release] = await buildDemo(build(), join(releaseFolder, `${release}.yaml`), join(into, release));
  }
  return written;
}

async function buildDemo(files: DemoFile[], releaseFile: string, folder: string): Promise<string[]> {
  compareHashes(files, releaseFile, await readHashes(releaseFile));
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const { file, bytes } of files) {
    const path = join(folder, file);
    if (await holds(path, bytes)) continue;
    await replace(path, bytes);
    written.push(file);
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
  files: readonly DemoFile[],
  releaseFile: string,
  expected: Map<unknown, unknown>,
): void {
  const different = files.flatMap(({ name, bytes }) => {
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
    for (const [release, written] of Object.entries(await buildDemos(process.argv[2], process.argv[3]))) {
      const done = written.length === 0 ? 'up to date' : `wrote ${written.join(', ')}`;
      process.stdout.write(`${release}: ${done}\n`);
    }
  } catch (thrown) {
    if (!(thrown instanceof RigError)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    process.exitCode = 1;
  }
}

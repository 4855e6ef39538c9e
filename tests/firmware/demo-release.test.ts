import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { demoProgram } from '../../firmware/demo-program.js';
import { buildRelease } from '../../firmware/demo-release.js';
import { inspectEspImage } from '../../firmware/esp-image.js';
import { findEspProgram } from '../../firmware/esp-program.js';
import { checkImageContents } from '../../firmware/release-images.js';
import { demoRelease, demoReleases } from '../../rigs/releases/build-demo.js';

const script = 'rigs/releases/build-demo.ts';
const releaseFile = 'rigs/releases/demo-1.2.0.yaml';
const files = ['app.bin', 'bootloader.bin', 'partitions.bin'];
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-release-'));
});
after(() => rm(folder, { recursive: true, force: true }));

function runScript(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', script, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
}

test('the demo release is one that a board with 4 MiB of flash would boot', () => {
  const images = buildRelease(demoRelease);
  assert.deepEqual(
    images.map(({ name, offset }) => [name, offset]),
    [
      ['bootloader', 0x1000],
      ['partitions', 0x8000],
      ['app', 0x10000],
    ],
  );
  assert.deepEqual(
    checkImageContents(images, { chip: 'esp32', version: '1.2.0', flashSizeBytes: 0x400000 }),
    [],
  );
  const app = images[2]?.bytes ?? Buffer.alloc(0);
  const { version, project } = inspectEspImage(app).app ?? {};
  assert.deepEqual([version, project], ['1.2.0', demoProgram.project]);
  assert.deepEqual(findEspProgram(app)?.program, demoProgram);
});

test('its images have the size of real ones and compress like real ones', () => {
  const [bootloader, , app] = buildRelease(demoRelease).map(({ bytes }) => ({
    sizeBytes: bytes.length,
    ratio: deflateSync(bytes, { level: 9 }).length / bytes.length,
  }));
  assert(bootloader && app);
  assert(
    bootloader.sizeBytes > 25_000 && bootloader.sizeBytes < 0x7000,
    `bootloader of ${bootloader.sizeBytes} bytes`,
  );
  assert.equal(app.sizeBytes, demoRelease.appSizeBytes);
  assert(app.ratio > 0.6 && app.ratio < 0.65, `the app compresses to ${app.ratio}`);
});

test('the same options give the same bytes; version and seed make a difference', () => {
  const options = { version: '2.0.0', program: demoProgram, appSizeBytes: 0xc000, seed: 1 };
  const appOf = (change: Partial<typeof options>) => buildRelease({ ...options, ...change })[2]?.bytes;
  assert.deepEqual(appOf({}), appOf({}));
  assert.notDeepEqual(appOf({}), appOf({ seed: 2 }));
  assert.notDeepEqual(appOf({}), appOf({ version: '2.0.1' }));
});

for (const appSizeBytes of [0x4000, 0xc000, 0x3fff0, 0x40000, 0x50010, 0x7a120, 0x180000]) {
  test(`an application of ${appSizeBytes} bytes comes out valid and as long as asked`, () => {
    const images = buildRelease({ version: '0.1.0', program: demoProgram, appSizeBytes, seed: 3 });
    assert.deepEqual(
      checkImageContents(images, { chip: 'esp32', version: '0.1.0', flashSizeBytes: 0x400000 }),
      [],
    );
    const off = Math.abs((images[2]?.bytes.length ?? 0) - appSizeBytes);
    assert(off <= 64, `it is off by ${off} bytes`);
  });
}

test('a release for another flash size has its table and headers made for it', () => {
  for (const flashSizeBytes of [0x200000, 0x1000000]) {
    const images = buildRelease({ ...demoRelease, appSizeBytes: 0xc000, flashSizeBytes });
    assert.deepEqual(checkImageContents(images, { chip: 'esp32', version: '1.2.0', flashSizeBytes }), []);
    assert.equal(inspectEspImage(images[0]?.bytes ?? Buffer.alloc(0)).header?.flashSizeBytes, flashSizeBytes);
  }
});

test('what cannot be built is refused with the reason', () => {
  assert.throws(
    () => buildRelease({ ...demoRelease, appSizeBytes: 0x2000 }),
    /0x2000 is too short .* expected 0x4000 or more/,
  );
  assert.throws(
    () => buildRelease({ ...demoRelease, flashSizeBytes: 0x100000 }),
    /0x100000 of flash is too small/,
  );
  const longWinded = { ...demoProgram, bootLines: Array.from({ length: 400 }, () => 'x'.repeat(60)) };
  assert.throws(
    () => buildRelease({ ...demoRelease, appSizeBytes: 0x4000, program: longWinded }),
    /does not fit/,
  );
});

test('the release of each other chip is one that its board would boot', () => {
  for (const chip of ['esp32s3', 'esp32c3'] as const) {
    for (const appSizeBytes of [0x20000, 0x50000]) {
      const images = buildRelease({ chip, version: '2.3.4', program: demoProgram, appSizeBytes, seed: 5 });
      assert.deepEqual(
        images.map(({ name, offset }) => [name, offset]),
        [
          ['bootloader', 0],
          ['partitions', 0x8000],
          ['app', 0x10000],
        ],
      );
      assert.deepEqual(checkImageContents(images, { chip, version: '2.3.4', flashSizeBytes: 0x400000 }), []);
      assert.equal(images[2]?.bytes.length, appSizeBytes);
      assert.deepEqual(findEspProgram(images[2].bytes)?.program, demoProgram);
    }
  }
});

test('the release of an ESP8266 is one image with the version beside its program', () => {
  const options = { chip: 'esp8266', version: '2.3.4', program: demoProgram, seed: 5 } as const;
  const [image, ...others] = buildRelease({ ...options, appSizeBytes: 0x18000 });
  assert(image);
  assert.deepEqual([image.name, image.offset, image.bytes.length, others], ['app', 0, 0x18000, []]);
  assert.deepEqual(inspectEspImage(image.bytes, { chip: 'esp8266' }).problems, []);
  assert.deepEqual(findEspProgram(image.bytes), { program: demoProgram, version: '2.3.4' });
  assert.throws(
    () => buildRelease({ ...options, appSizeBytes: 0x4000 }),
    /does not fit into an image of 0x4000/,
  );
});

test('the script writes what is missing or different, and nothing else', async () => {
  const into = join(folder, 'releases');
  const first = runScript('rigs/releases', into);
  assert.deepEqual([first.status, first.stderr], [0, '']);
  assert.match(first.stdout, /^demo-1\.2\.0: wrote bootloader\.bin, partitions\.bin, app\.bin\n/);
  assert.deepEqual((await readdir(into)).sort(), Object.keys(demoReleases).sort());
  const demo = join(into, 'demo-1.2.0');
  assert.deepEqual((await readdir(demo)).sort(), files);

  const longAgo = new Date(2020, 0, 1);
  for (const file of files) await utimes(join(demo, file), longAgo, longAgo);
  assert.doesNotMatch(runScript('rigs/releases', into).stdout, /wrote/);
  await writeFile(join(demo, 'partitions.bin'), 'damaged');
  assert.match(
    runScript('rigs/releases', into).stdout,
    /^demo-1\.2\.0: wrote partitions\.bin\n.*: up to date\n/,
  );

  const expected = buildRelease(demoRelease);
  for (const { name, bytes } of expected) {
    const file = join(demo, `${name}.bin`);
    assert.deepEqual(await readFile(file), bytes);
    assert.equal((await stat(file)).mtimeMs === longAgo.getTime(), name !== 'partitions');
  }
  assert.deepEqual((await readdir(demo)).sort(), files);
});

test('a release file with another hash stops the script before it writes anything', async () => {
  const changed = (await readFile(releaseFile, 'utf8')).replace(
    /(app\.bin[^-]*sha256: )[0-9a-f]{64}/,
    `$1${'f'.repeat(64)}`,
  );
  const others = join(folder, 'other');
  await cp('rigs/releases', others, { recursive: true, filter: (path) => !path.endsWith('.bin') });
  await writeFile(join(others, 'demo-1.2.0.yaml'), changed);
  const run = runScript(others, join(folder, 'unwritten'));
  assert.equal(run.status, 1);
  assert.match(
    run.stderr,
    /^IMAGE_INVALID: the images of the demo release come out other than .*demo-1\.2\.0\.yaml says; nothing/,
  );
  assert.match(run.stderr, /\n {2}app: built [0-9a-f]{64}, expected f{64}\n/);
  assert.doesNotMatch(run.stderr, /bootloader:|partitions:/);
  await assert.rejects(stat(join(folder, 'unwritten')), { code: 'ENOENT' });
});

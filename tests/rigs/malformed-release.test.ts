import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblems, loadTinyRig, tinyRig, type ExpectedProblem, type RigChanges } from './tiny-rig.js';

const file = 'releases/one-1.0.0.yaml';
const appFile = 'rigs/releases/one-1.0.0/app.bin';
const app = Buffer.from(tinyRig[appFile] ?? '');
const hashOf = (name: string) => {
  const text = String(tinyRig[`rigs/${file}`]);
  return new RegExp(`/${name}\\.bin\\n +sha256: ([0-9a-f]+)`).exec(text)?.[1] ?? '';
};

interface Case {
  name: string;
  edits?: [string, string][];
  more?: RigChanges;
  problems: (Omit<ExpectedProblem, 'file'> & { file?: string })[];
}

const cases: Case[] = [
  {
    name: 'a version that YAML takes for a number keeps its zeros in the remedy',
    edits: [['version: 1.0.0', 'version: 1.10']],
    problems: [{ at: '1.10', path: 'version', says: ['the number 1.10', 'put it in quotes: "1.10"'] }],
  },
  {
    name: 'a release called otherwise than its file is refused',
    edits: [['release: one-1.0.0', 'release: one-1.0.1']],
    problems: [{ at: 'one-1.0.1', path: 'release', says: ['"one-1.0.1"', 'one-1.0.0.yaml'] }],
  },
  {
    name: 'a missing image is refused with its path',
    more: { [appFile]: null },
    problems: [
      {
        at: 'one-1.0.0/app.bin',
        path: 'images[2].file',
        says: ['no image releases/one-1.0.0/app.bin', 'copy it there'],
      },
    ],
  },
  {
    name: 'a wrong hash is refused with both hashes',
    edits: [[hashOf('app'), 'a'.repeat(64)]],
    problems: [
      {
        at: 'a'.repeat(64),
        path: 'images[2].sha256',
        says: ['a'.repeat(64), hashOf('app'), 'copy the file anew'],
      },
    ],
  },
  {
    name: 'a hash that is cut short is refused',
    edits: [[hashOf('app'), hashOf('app').slice(0, 40)]],
    problems: [
      {
        at: hashOf('app').slice(0, 40),
        path: 'images[2].sha256',
        says: ['64 lower-case hex digits', 'sha256sum'],
      },
    ],
  },
  {
    name: 'an image that is damaged is refused by its hash and by its contents',
    more: { [appFile]: Buffer.concat([Buffer.from([0]), app.subarray(1)]) },
    problems: [
      { at: hashOf('app'), path: 'images[2].sha256', says: ['but the file one-1.0.0/app.bin has'] },
      { at: 'one-1.0.0/app.bin', path: 'images[2].file', says: ['app: at 0x0', 'build the image anew'] },
    ],
  },
  {
    name: 'two images in one place are refused with the next free one',
    edits: [['offset: 0x8000', 'offset: 0x10000']],
    problems: [
      {
        at: '0x10000\n    file: one-1.0.0/app',
        path: 'images[2].offset',
        says: ['app begins at 0x10000', 'partitions (', 'line 9', '0x11000'],
      },
    ],
  },
  {
    name: 'an image between sectors is refused with the nearest ones',
    edits: [['offset: 0x8000', 'offset: 0x8100']],
    problems: [{ at: '0x8100', path: 'images[1].offset', says: ['0x8100', '0x8000 or 0x9000'] }],
  },
  {
    name: 'an image beyond the flash of the board is refused',
    edits: [['offset: 0x10000', 'offset: 0x1ff000']],
    problems: [
      {
        at: '0x1ff000',
        path: 'images[2].offset',
        says: ['app ends at 0x205', '2 MB of flash of board board-a'],
      },
    ],
  },
  {
    name: 'a bootloader where the chip does not look for it is refused',
    edits: [['offset: 0x1000\n', 'offset: 0x0\n']],
    problems: [{ at: 'one-1.0.0/bootloader.bin', path: 'images[0].file', says: ['0x0', '0x1000'] }],
  },
  {
    name: 'an application of another version is refused with both versions',
    edits: [['version: 1.0.0', 'version: 1.0.1']],
    problems: [{ at: 'one-1.0.0/app.bin', path: 'images[2].file', says: ['1.0.0', '1.0.1'] }],
  },
  {
    name: 'a release for another chip is refused where the station chooses it',
    edits: [['chip: esp32', 'chip: esp32s3']],
    problems: [
      {
        file: 'station1.yaml',
        at: 'one-1.0.0',
        path: 'release',
        says: ['is for esp32s3', 'board-a has esp32', 'choose a release for esp32'],
      },
      { at: 'one-1.0.0/bootloader.bin', path: 'images[0].file', says: ['is for esp32'] },
      { at: 'one-1.0.0/bootloader.bin', path: 'images[0].file', says: ['expected 0x0'] },
      { at: 'one-1.0.0/app.bin', path: 'images[2].file', says: ['esp32s3'] },
    ],
  },
  {
    name: 'two images of one name are refused',
    edits: [['- name: partitions', '- name: app']],
    problems: [
      { at: 'app\n    offset: 0x10000', path: 'images[2].name', says: ['"app"', 'line 9'] },
      { at: 'images:', path: 'images', says: ['no image named partitions'] },
      { at: 'one-1.0.0/partitions.bin', path: 'images[1].file', says: ['this is a partition table'] },
    ],
  },
  {
    name: 'a folder in place of an image is refused',
    edits: [['file: one-1.0.0/app.bin', 'file: one-1.0.0']],
    problems: [
      { at: 'one-1.0.0\n    sha256', path: 'images[2].file', says: ['is a folder', 'name the image file'] },
    ],
  },
  {
    name: 'an image without an offset is refused',
    edits: [['    offset: 0x8000\n', '']],
    problems: [{ at: 'name: partitions', path: 'images[1].offset', says: ['is missing', '65536'] }],
  },
];

for (const { name, edits, more, problems } of cases) {
  test(name, async (t) => {
    const rig = await loadTinyRig(t, { ...(edits && { [`rigs/${file}`]: edits }), ...more });
    assertProblems(
      rig,
      problems.map((problem) => ({ file, ...problem })),
    );
  });
}

test('a missing image of the demo release is refused with the command that builds it', async (t) => {
  const release = String(tinyRig[`rigs/${file}`]).replaceAll('one-1.0.0', 'demo-1.0.0');
  const rig = await loadTinyRig(t, {
    'rigs/station1.yaml': [['release: one-1.0.0', 'release: demo-1.0.0']],
    'rigs/releases/demo-1.0.0.yaml': release,
  });
  assert.equal(rig.problems.length, 3);
  for (const { path, what } of rig.problems) {
    assert.match(path, /^images\[[012]\]\.file$/);
    assert.match(what, /there is no image .*npm run prepare/);
  }
});

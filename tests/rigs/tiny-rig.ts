import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { demoProgram } from '../../firmware/demo-program.js';
import { buildRelease } from '../../firmware/demo-release.js';
import { loadRig, type LoadRigOptions, type Problem, type Rig } from '../../rigs/load-rig.js';

const images = buildRelease({
  version: '1.0.0',
  program: demoProgram,
  appSizeBytes: 0x6000,
  seed: 1,
  flashSizeBytes: 0x200000,
});

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A good rig of two slots, small enough to be read at a glance; the images are real ones. */
export const tinyRig: Readonly<Record<string, string | Uint8Array>> = {
  'specs/provision.spec.ts': '',
  'specs/detect.spec.ts': '',
  'rigs/station1.yaml': `station: station1
bench: virtual
board: board-a
release: one-1.0.0
programme: [provision]
powerOn: { staggerMs: 10, settleMs: 20 }
limits: { flashesAtOnce: 2 }
seed: 7
faults:
  - { kind: dead, slots: [slot2] }
slots:
  - id: slot1
    serial: { path: /dev/serial/by-path/one, baudRate: 115200 }
    power: { chip: relays, line: 1, activeLow: true }
    boot: { chip: header, line: 1 }
    reset: { chip: header, line: 2 }
    lamps:
      pass: { chip: header, line: 3 }
      fail: { chip: header, line: 4 }
    meter: { hwmon: /sys/class/hwmon/hwmon1, volts: in1_input }
  - id: slot2
    serial: { path: /dev/serial/by-path/two }
    power: { chip: relays, line: 2 }
    boot: { chip: header, line: 5 }
    meter: { hwmon: /sys/class/hwmon/hwmon2, volts: in1_input }
`,
  'rigs/boards/board-a.yaml': `board: board-a
chip: esp32
flash: { size: 2MB }
supply: { onVolts: 4.75, offVolts: 0.5 }
boot:
  version: 'App version: +(?<version>\\S+)$'
  ready: '^ready$'
checks:
  - name: memory
    commands:
      - send: mem
        expect: '^OK$'
        fail: '^ERROR'
        measure:
          - name: heap_free
            pattern: '^heap=(?<value>\\d+)$'
            unit: bytes
            limits: { min: 1000, max: 9000 }
          - name: verdict
            pattern: '^verdict=(?<value>\\w+)$'
            type: text
            limits: { equals: good }
`,
  'rigs/releases/one-1.0.0.yaml': `release: one-1.0.0
version: 1.0.0
chip: esp32
images:
${images
  .map(
    ({ name, offset, bytes }) => `  - name: ${name}
    offset: 0x${offset.toString(16)}
    file: one-1.0.0/${name}.bin
    sha256: ${sha256(bytes)}
`,
  )
  .join('')}`,
  ...Object.fromEntries(images.map(({ name, bytes }) => [`rigs/releases/one-1.0.0/${name}.bin`, bytes])),
};

/** Replacements in the text files of the tiny rig, files in place of its own, and `null` for a file that is not there. */
export type RigChanges = Record<string, [from: string, to: string][] | string | Uint8Array | null>;

export interface LoadedTinyRig extends Rig {
  /** The text of a file as it was loaded. */
  textOf(file: string): string;
}

/** Writes the tiny rig with changes into a folder of the test and loads it. Problems name files relative to that folder. */
export async function loadTinyRig(
  t: TestContext,
  changes: RigChanges = {},
  options: Omit<LoadRigOptions, 'specs'> = {},
): Promise<LoadedTinyRig> {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-rig-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = changed(changes);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  }
  const rig = await loadRig(join(folder, 'rigs'), options);
  const relative = (problem: Problem) => ({
    ...problem,
    file: problem.file.replace(`${folder}/rigs/`, ''),
    what: problem.what.replaceAll(`${folder}/rigs/`, ''),
  });
  return {
    stations: rig.stations,
    problems: rig.problems.map(relative),
    textOf: (file) => String(files[`rigs/${file}`]),
  };
}

function changed(changes: RigChanges): Record<string, string | Uint8Array> {
  const files = { ...tinyRig };
  for (const [file, change] of Object.entries(changes)) {
    if (change === null) delete files[file];
    else if (Array.isArray(change)) files[file] = replaced(file, String(files[file]), change);
    else files[file] = change;
  }
  return files;
}

function replaced(file: string, text: string, edits: readonly [string, string][]): string {
  return edits.reduce((before, [from, to]) => {
    assert.equal(before.split(from).length, 2, `${file} should have "${from}" once`);
    return before.replace(from, () => to);
  }, text);
}

export interface ExpectedProblem {
  /** The text at which the problem stands: its first occurrence gives line and column. Left out: 1:1. */
  at?: string;
  file: string;
  path: string;
  /** Every one of these must be in the message. */
  says: string[];
}

/** Holds the problems of a rig against what was expected: all of them, each with its place, value and remedy. */
export function assertProblems(rig: LoadedTinyRig, expected: readonly ExpectedProblem[]): void {
  const place = ({ file, at }: ExpectedProblem) => {
    if (at === undefined) return '1:1';
    const before = rig.textOf(file).split(at)[0] ?? '';
    assert.ok(before.length < rig.textOf(file).length, `${file} should have "${at}"`);
    const lines = before.split('\n');
    return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
  };
  const byPlace = (one: string, two: string) => one.localeCompare(two);
  assert.deepEqual(
    rig.problems.map(({ file, line, column, path }) => `${file}:${line}:${column} ${path}`).sort(byPlace),
    expected.map((each) => `${each.file}:${place(each)} ${each.path}`).sort(byPlace),
    JSON.stringify(rig.problems, null, 1),
  );
  for (const each of expected) {
    const what = rig.problems
      .filter(
        ({ file, path, line, column }) =>
          file === each.file && path === each.path && `${line}:${column}` === place(each),
      )
      .map((problem) => problem.what)
      .join('\n');
    for (const text of each.says) assert.ok(what.includes(text), `"${text}" should be in "${what}"`);
  }
}

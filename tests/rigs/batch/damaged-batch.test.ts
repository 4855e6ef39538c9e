import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { seededRandom } from '../../../firmware/random.js';
import type { Problem } from '../../../rigs/problem.js';
import { makeBatchFolder, type FormatName } from './batch-folder.js';

const { write, load, format } = await makeBatchFolder({ slots: 2 });

const own = `batch: b1
description: A batch
stations: [bench1]
programme: provision
units: { count: 6 }
range: { from: 1, to: 4 }
swap: { by: slot, detect: identity, everySeconds: 2, waitSeconds: 60 }
strategy: gradual
atOnce: 2
waves: { kind: fixed, size: 2, factor: 2 }
successThreshold: 90
rollbackWave: true
retries: 1
checkpoints: { everyWaves: 2, everySeconds: 60 }
log: { file: x.log, level: debug, maxBytes: 100000, keep: 2, console: true }
gates:
  - { kind: minSuccessRate, percent: 90, afterUnits: 4, then: stop }
  - { kind: sameCode, count: 2, within: 4, then: warn }
override:
  backup: regions
  rollbackOnFailure: true
  recovery: { attempts: 2, baudRates: [460800] }
  thresholds: { maxFlashSeconds: 60 }
  deadlines: { unitSeconds: 100 }
  readBack: { algorithm: crc32, blockBytes: 1024 }
`;

interface Case {
  name: string;
  text: string;
  /** Files that make a batch of it. */
  beside: string[];
}

const withOthers: [FormatName, ...FormatName[]][] = [
  ['batch-config.json'],
  ['batch.yaml'],
  ['batch-main.yaml', 'batch.yaml'],
  ['batch-settings.yaml', 'batch.yaml'],
  ['factory.yaml'],
];

async function cases(): Promise<Case[]> {
  const others = withOthers.map(async ([name, ...beside]): Promise<Case> => {
    const paths = beside.map(async (each) => write(`beside-${each}`, await format(each)));
    return { name, text: await format(name), beside: await Promise.all(paths) };
  });
  return [{ name: 'own.yaml', text: own, beside: [] }, ...(await Promise.all(others))];
}

/** Every key of the data with the path to it. */
function* keysOf(data: unknown, path: (string | number)[] = []): Generator<(string | number)[]> {
  if (typeof data !== 'object' || data === null) return;
  for (const [key, value] of Object.entries(data)) {
    const here = [...path, Array.isArray(data) ? Number(key) : key];
    if (!Array.isArray(data)) yield here;
    yield* keysOf(value, here);
  }
}

/** The same data with one key written otherwise. */
function renamed(data: unknown, [step, ...rest]: (string | number)[], to: string): unknown {
  if (Array.isArray(data))
    return data.map((item: unknown, index) => (index === step ? renamed(item, rest, to) : item));
  const entries = Object.entries(data as object).map(([key, value]): [string, unknown] => {
    if (key !== step) return [key, value];
    return rest.length === 0 ? [to, value] : [key, renamed(value, rest, to)];
  });
  return Object.fromEntries(entries);
}

/** Keys that a user chooses: a type, a board, a name of either. */
const chosen = [/^device_types\.\w+$/, /^board_configs\.\w+$/, /^quality_gates\.max_firmware_size\.\w+$/];

type Dice = (below: number) => number;

function misspelt(key: string, dice: Dice): string {
  const at = dice(key.length);
  const kinds = [
    () => key.slice(0, at) + key.slice(at + 1),
    () => key.slice(0, at) + (key[at] ?? '') + key.slice(at),
    () => `${key.slice(0, at)}x${key.slice(at + 1)}`,
    () => `${key.slice(0, at)}q${key.slice(at)}`,
  ];
  return kinds[dice(kinds.length)]?.() ?? key;
}

function assertTold(problems: readonly Problem[], text: string): void {
  assert.notEqual(problems.length, 0, text);
  for (const { line, column, what } of problems) {
    assert.ok(line >= 1 && column >= 1, what);
    assert.doesNotMatch(what, /undefined|\[object|must (NOT|be (string|integer|object))/, text);
    assert.match(what, /[;,:] /, 'what is there, and what would be right');
  }
}

const diceOf = (seed: number): Dice => seededRandom(seed).below;

for (const { name, text, beside } of await cases()) {
  const isJson = name.endsWith('.json');
  const data: unknown = parse(text);
  const written = (value: unknown) => (isJson ? JSON.stringify(value, null, 2) : stringify(value));
  const loadText = async (changed: string) => load([await write(name, changed), ...beside]);

  test(`no misspelt key of ${name} is passed over`, async () => {
    const dice = diceOf(1);
    const keys = [...keysOf(data)].filter((path) => !chosen.some((rule) => rule.test(path.join('.'))));
    const known = new Set(keys.map((path) => path.at(-1)));
    assert.deepEqual((await loadText(written(data))).problems, []);
    for (let count = 0; count < 100; count += 1) {
      const path = keys[count < keys.length ? count : dice(keys.length)] ?? [];
      const wrong = misspelt(String(path.at(-1)), dice);
      if (known.has(wrong) || wrong === '') continue;
      const changed = written(renamed(data, path, wrong));
      const { batch, problems } = await loadText(changed);
      assert.equal(batch, undefined, changed);
      assertTold(problems, changed);
      // Without its kind, nothing is known of the other keys of a gate.
      const named = path.at(-1) === 'kind' ? 'write one of' : wrong;
      const told = problems.some(({ path: place, what }) => `${place} ${what}`.includes(named));
      assert.ok(told, `${wrong} should be named: ${JSON.stringify(problems)}`);
    }
  });

  test(`whatever happens to ${name}, it makes the same batch or is refused with a place and a reason`, async () => {
    const dice = diceOf(2);
    const whole = await loadText(text);
    for (let count = 0; count < 100; count += 1) {
      const changed = damaged(text, dice);
      const { batch, problems } = await loadText(changed);
      assert.equal(batch === undefined, problems.length > 0, changed);
      if (batch === undefined) assertTold(problems, changed);
      else if (sameData(changed, data)) assert.deepEqual(batch, whole.batch, changed);
    }
  });
}

function damaged(text: string, dice: Dice): string {
  const lines = text.split('\n');
  const at = dice(lines.length);
  const line = lines[at] ?? '';
  const position = dice(line.length + 1);
  const junk = ['x', '"', '{', ']', ':', ' ', ',', '\t', '-', '#', '0', '\u0000', 'é'][dice(13)] ?? '';
  const values = [
    '-1',
    'null',
    '[]',
    '{}',
    '""',
    'true',
    '1e400',
    '.nan',
    '0x',
    '*a',
    'yes',
    '99999999999',
    '"a b"',
  ];
  const kinds: (() => string[])[] = [
    () => [],
    () => [line, line],
    () => [line.slice(0, position)],
    () => [line.slice(0, position) + junk + line.slice(position)],
    () => [line.slice(0, position) + line.slice(position + 1)],
    () => [
      line.replace(/(: ?)[^,{}[\]]+/, (_, colon: string) => colon + (values[dice(values.length)] ?? '')),
    ],
    () => [` ${line}`],
  ];
  const kind = kinds[dice(kinds.length)];
  return [...lines.slice(0, at), ...(kind?.() ?? []), ...lines.slice(at + 1)].join('\n');
}

function sameData(text: string, data: unknown): boolean {
  try {
    return JSON.stringify(parse(text, { logLevel: 'silent' })) === JSON.stringify(data);
  } catch {
    return false;
  }
}

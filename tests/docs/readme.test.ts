import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { loadRig } from '../../rigs/load-rig.js';
import { cleanEnvironment } from '../clean-environment.js';
import { makeRigFolder } from '../rig-folder.js';
import { startBench } from '../bench-by-hand.js';
import { stringify, parse } from 'yaml';

const readme = await readFile('README.md', 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp('```' + language + '\\n([\\s\\S]*?)```', 'g'))].map(
    (match) => match[1] ?? '',
  );
const commands = [
  ...blocks('sh').flatMap((block) => block.trim().split('\n')),
  ...[...readme.matchAll(/^\| [^|]+ \| `((?:\w+=\S+ )?npx [^`]+)` \|$/gm)].map((match) => match[1] ?? ''),
];

/** Commands that `.ci/run` runs itself: they cannot run inside of `npm test`. */
const ofTheGate = ['npm ci', 'npm run check', 'npm test', 'npm run test:kernel', 'npm run test:campaigns'];
/** Takes many minutes; the harness behind it is typed and linted, and its parts run in other tests. */
const bySize = ['npm run bench'];
/** Whole stations, which other tests run and look at more closely. */
const byStation = new Map([
  ['npx playwright test --project=station2', 'tests/station/station2.test.ts'],
  ['npx playwright test --project=network', 'tests/station/network.test.ts'],
]);
/** Whole batches, which other tests run. */
const byBatch = new Map([
  [
    'RIG_BENCH_SWAPS=300 npx rig run --batch-config rigs/batches/station1-50.yaml',
    'tests/station/batch-swaps.test.ts',
  ],
  ['npx rig run --batch-config rigs/batches/nodes-25.yaml', 'tests/station/batch-targets.test.ts'],
]);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'readme-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('every command of the README is run by a test or by the gate', async () => {
  const gate = await readFile('.ci/run', 'utf8');
  for (const command of ofTheGate) assert.match(gate, new RegExp(`^${command}$`, 'm'));
  for (const [command, file] of byStation) {
    const station = /--project=(\w+)$/.exec(command)?.[1] ?? '';
    assert.match(await readFile(file, 'utf8'), new RegExp(`'${station}'`));
  }
  for (const [command, file] of byBatch) {
    const batch = /rigs\/batches\/\S+$/.exec(command)?.[0] ?? '';
    assert.ok((await readFile(file, 'utf8')).includes(batch), `${file} runs ${batch}`);
  }
  const known = new Set([
    ...ofTheGate,
    ...bySize,
    ...byStation.keys(),
    ...byBatch.keys(),
    ...expected.keys(),
    'npx rig bench station1',
  ]);
  assert.deepEqual(
    commands.filter((command) => !known.has(command)),
    [],
  );
  assert.deepEqual(
    [...expected.keys()].filter((command) => !commands.includes(command)),
    [],
  );
});

/** What each command must print, and its exit code; in the README's order, since later ones look at what earlier ones left. */
const expected = new Map<string, [number, RegExp[]]>([
  [
    'npx playwright test --project=station1',
    [0, [/^ {2}8 passed \(/m, /slot2 {2}PASSED/, /slot2 {2}is 24:6f:28:84:00:02 \(ESP32-D0WD-V3/]],
  ],
  ['npx playwright test --project=station1 -g @slot3', [0, [/^ {2}1 passed \(/m]]],
  ['npx playwright test --project=station1 detect', [0, [/^ {2}8 passed \(/m]]],
  ['npx playwright test --project=station1 --list', [0, [/slot8 › provision/, /Total: 8 tests/]]],
  [
    'RIG_FAULTS="slot2:bad-cell@0x20000,slot5:dead,slot7:low-heap@40000" npx playwright test --project=station1',
    [1, [/^ {2}3 failed$/m, /^ {2}5 passed \(/m, ...blockLines('fail in flash')]],
  ],
  ['npx rig report', [0, [/latest\/allure-report\/index\.html$/m]]],
  ['npx rig firmware validate rigs/releases/demo-1.2.0/app.bin --board esp32-devkit', [0, [/app\.bin/]]],
  ['npx rig rollback --list', [0, [/^no backups in /m]]],
  ['npx rig diagnose results/latest/console/slot1-1.log', [0, [/good/]]],
  ['npx rig explain FLASH_VERIFY_MISMATCH', [0, [/remedy: /]]],
  ['npx rig doctor station1', [0, [/station1: valid, 8 slots/, /^fit/m]]],
  ['npx rig journal', [0, [/chain valid/, /8 started, 8 finished/]]],
  [
    'npx rig run --batch-config rigs/batches/pilot-gradual.yaml --dry-run',
    [0, [/^waves +2, 4, 8, 2 units/m, /^time +about /m]],
  ],
  [
    'npx rig run --batch-config rigs/batches/gateway-health.yaml',
    [0, [/batch gateway-health: 6 of 6 units done, 6 passed/, /^gateway-health: complete, good$/m]],
  ],
  ['npx rig batch status gateway-health', [0, [/complete/, /good/]]],
  ['npx rig stats', [0, [/6 units/]]],
  ['npx rig batch list', [0, [/gateway-health/]]],
]);

describe('the commands of the README', () => {
  for (const [command, [exitCode, patterns]] of expected) {
    test(command, async () => {
      const run = await shell(command.replaceAll('results/latest', join(folder, 'latest')));
      assert.equal(run.exitCode, exitCode, run.output);
      for (const pattern of patterns) assert.match(run.output, pattern);
    });
  }

  test('the run left every file that the README names', async () => {
    const listing = blocks('text').find((block) => block.startsWith('results/latest/')) ?? '';
    const names = [...listing.matchAll(/^ {2}(\S+)/gm)].map((match) => match[1] ?? '');
    assert.ok(names.length >= 7, listing);
    const runs = (await readdir(folder)).filter((name) => /^\d{8}-\d{6}-/.test(name)).sort();
    const there = await readdir(join(folder, runs.at(-1) ?? ''), { recursive: true });
    for (const name of names) {
      const pattern = new RegExp(
        `^${name
          .replace(/\/$/, '')
          .replace('.', '\\.')
          .replace(/[YMDHS]{2,}/g, '\\d+')}$`,
      );
      assert.ok(
        there.some((path) => pattern.test(path)),
        `${name} is not in ${there.join(' ')}`,
      );
    }
    assert.ok((await readdir(folder)).some((name) => /^factory_records_\d{8}\.csv$/.test(name)));
  });

  test('npx rig bench station1', async () => {
    const rig = { station: 'station1', env: environment() };
    const bench = await startBench(rig, join(folder, 'bench.log'));
    try {
      const lines = await shell('npx rig bench station1 --lines');
      assert.match(lines.output, /slot8 power/);
    } finally {
      await bench.stop();
    }
    const printed = await readFile(join(folder, 'bench.log'), 'utf8');
    assert.match(printed, /slot1 +esp32 +\/dev\/pts\/\d+ +127\.0\.0\.1:\d+/);
  });
});

test('the spec in the README is the spec that runs', async () => {
  const withoutComments = (text: string) => text.replace(/^\/\/.*\n/gm, '').trim();
  const [shown] = blocks('ts');
  assert.equal(
    withoutComments(shown ?? ''),
    withoutComments(await readFile('specs/provision.spec.ts', 'utf8')),
  );
});

test('the parts of a board file in the README load', async () => {
  const rig = await makeRigFolder({ slots: 1 });
  try {
    const path = join(rig.rigs, 'boards/esp32-devkit.yaml');
    const board = parse(await readFile(path, 'utf8')) as object;
    const shown = blocks('yaml').map((block) => parse(block) as object);
    const [ofBatch] = shown.splice(
      shown.findIndex((block) => 'batch' in block),
      1,
    );
    const shipped = parse(await readFile('rigs/batches/pilot-gradual.yaml', 'utf8')) as object;
    assert.deepEqual(
      Object.keys(ofBatch ?? {}).filter((key) => !Object.hasOwn(shipped, key)),
      [],
    );
    assert.equal(shown.length, 2);
    const meter = { supply: { onVolts: 4.75, offVolts: 0.5, volts: { min: 4.75, max: 5.25 } } };
    await writeFile(path, stringify(Object.assign({}, board, meter, ...shown)));
    const { problems, stations } = await loadRig(rig.rigs, { specs: 'specs' });
    assert.deepEqual(problems, []);
    const loaded = stations[0]?.slots[0]?.board;
    assert.equal(loaded?.checks[0]?.name, 'wifi');
    assert.equal(loaded.rollbackOnFailure, true);
  } finally {
    await rig.remove();
  }
});

test('every file that the README links to is there', async () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
  assert.ok(links.length > 0);
  for (const link of links) await cp(link, join(folder, 'linked'), { recursive: true });
});

/** The lines of the README's output block that contains `text`, as patterns. */
function blockLines(text: string): RegExp[] {
  const block = blocks('text').find((candidate) => candidate.includes(text)) ?? '';
  assert.notEqual(block, '', `no block with ${text}`);
  const lines = block.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => new RegExp(line.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
}

function environment(): NodeJS.ProcessEnv {
  return { RIG_RESULTS: folder, RIG_RUNTIME_DIR: join(folder, 'runtime'), NO_COLOR: '1' };
}

function shell(command: string): Promise<{ exitCode: number; output: string }> {
  const child = spawn('sh', ['-c', command], {
    env: { ...cleanEnvironment(), ...environment() },
    timeout: 120_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, output }));
  });
}

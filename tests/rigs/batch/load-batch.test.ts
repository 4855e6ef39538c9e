import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { loadBatch } from '../../../rigs/batch/load-batch.js';
import { formatProblems } from '../../../rigs/problem.js';
import { makeBatchFolder } from './batch-folder.js';

const { batchOf, problemsOf, load } = await makeBatchFolder();

test('a batch by count takes its slots, board, release and programme from the station', async () => {
  const { units, stations, programme, atOnce, swap, strategy, retries, waves } = await batchOf(`batch: b1
stations: [bench1]
units: { count: 20 }
`);
  assert.deepEqual([units.length, units[0], units[19]], [20, { number: 1 }, { number: 20 }]);
  assert.deepEqual(
    stations.map(({ name, slots }) => [name, slots.length, slots[0]?.release.name]),
    [['bench1', 4, 'small-1.2.0']],
  );
  assert.deepEqual(
    { programme, atOnce, strategy, retries },
    { programme: 'provision', atOnce: 4, strategy: 'parallel', retries: 0 },
  );
  assert.deepEqual(swap, { by: 'slot', detect: 'identity', everySeconds: 1 });
  assert.deepEqual(waves, { kind: 'fixed', size: 0, factor: 1 });
});

test('without units there is one for each slot, and nothing is swapped', async () => {
  const { units, swap } = await batchOf('batch: b1\n');
  assert.deepEqual([units.length, swap.detect], [4, 'none']);
});

test('what stands under override holds for every board of the batch, and the board file stays as it is', async () => {
  const text = `batch: b1
override:
  backup: regions
  rollbackOnFailure: true
  recovery: { attempts: 3, baudRates: [460800] }
  thresholds: { maxFlashSeconds: 60 }
  deadlines: { unitSeconds: 100, rollbackSeconds: 20 }
  readBack: { algorithm: crc32, blockBytes: 1024 }
`;
  const batch = await batchOf(text);
  for (const { board } of batch.stations[0]?.slots ?? []) {
    assert.equal(board.name, 'esp32-devkit');
    assert.deepEqual([board.backup, board.rollbackOnFailure], ['regions', true]);
    assert.deepEqual(
      [board.recovery.attempts, board.recovery.factor, board.recovery.baudRates],
      [3, 2, [460800]],
    );
    assert.equal(board.thresholds.maxFlashSeconds, 60);
    assert.deepEqual(board.deadlines, { unitSeconds: 100, rollbackSeconds: 20 });
    assert.deepEqual(board.readBack, { algorithm: 'crc32', blockBytes: 1024 });
  }
  const plain = await batchOf('batch: b1\n');
  assert.equal(plain.stations[0]?.slots[0]?.board.backup, 'none');
});

test('what the rules of boards and stations object to is reported where the batch file says it', async () => {
  assert.match(
    await problemsOf('batch: b1\noverride:\n  rollbackOnFailure: true\n'),
    /^a-batch.yaml:3:22 override.rollbackOnFailure: there is nothing to roll back to; add `backup: regions`/,
  );
  assert.match(await problemsOf('batch: b1\nboard: pico\n'), /^a-batch.yaml:2:8 board: .*bootDrive/m);
  assert.match(
    await problemsOf('batch: b1\nboard: esp8266-nodemcu\n'),
    /^a-batch.yaml:2:8 board: release small-1.2.0 is for esp32, but board esp8266-nodemcu has esp8266/m,
  );
});

test('names that do not exist are refused with the nearest one', async () => {
  const cases: [string, RegExp][] = [
    [
      'stations: [bnech1]',
      /^a-batch.yaml:2:12 stations\[0\]: there is no station "bnech1"; did you mean `bench1`\?/,
    ],
    ['board: esp32-devkti', /^a-batch.yaml:2:8 board: .*did you mean `esp32-devkit`\?/],
    [
      'release: smal-1.2.0',
      /^a-batch.yaml:2:10 release: .*there is `small-1.2.0`|did you mean `small-1.2.0`\?/,
    ],
    ['programme: provisoin', /^a-batch.yaml:2:12 programme: .*did you mean `provision`\?/],
    ['unist: { count: 3 }', /^a-batch.yaml:2:1 unist: is not a key here; did you mean `units`\?/],
    [
      'units: { cuont: 3 }',
      /^a-batch.yaml:2:10 units.cuont: is not a key here; there are|did you mean `count`\?/,
    ],
    [
      'gates: [{ kind: firstArticel, count: 1, then: stop }]',
      /gates\[0\].kind: .*did you mean `firstArticle`\?/,
    ],
    ['waves: { kind: fixed, sise: 3 }', /waves.*sise.*did you mean `size`\?/],
  ];
  for (const [line, expected] of cases)
    assert.match(await problemsOf(`batch: b1\n${line}\n`), expected, line);
});

test('what contradicts itself is refused', async () => {
  const cases: [string, RegExp][] = [
    ['units: { count: 3, list: a.csv }', /units.list: stands beside count; keep one of the two/],
    ['units: { count: 3 }\nrange: { from: 2, to: 4 }', /range: ends with unit 4, but the batch has 3/],
    ['range: { from: 2, to: 1 }', /range: begins with unit 2 and ends with 1; exchange the two/],
    [
      'units: { count: 9 }\nswap: { detect: none }',
      /swap: detect is none, but there are 9 units for 4 slots/,
    ],
    ['swap: { detect: operator }', /bench1 has neither a lid nor a start button/],
    ['commands: [{ name: up, run: uptime }]', /commands are run over SSH, but slot1 has no network address/],
  ];
  for (const [lines, expected] of cases)
    assert.match(await problemsOf(`batch: b1\n${lines}\n`), expected, lines);
});

test('network targets are slots of a station of their own, with their addresses and nothing else', async () => {
  const text = `batch: b1
bench: virtual
board: wifi-node
release: node-9
units:
  targets:
    - { host: 192.168.41.1, port: 8080, user: admin, passwordEnv: LINE_PASSWORD, serial: N1, mac: 24-6F-28-84-00-01 }
    - { host: 192.168.41.2 }
`;
  assert.match(await problemsOf(text), /release: there is no release "node-9"/);
  const files = resolve('rigs');
  const options = { rigs: files, specs: resolve('specs'), env: {} };
  const { write } = await makeBatchFolder();
  const order = {
    files: [await write('targets.yaml', text.replace('node-9', 'demo-node-1.2.0'))],
    flags: {},
  };
  assert.match(
    formatProblems((await loadBatch(order, options)).problems),
    /LINE_PASSWORD; set it before the run/,
  );
  const { batch } = await loadBatch(order, { ...options, env: { LINE_PASSWORD: 'secret' } });
  const [station] = batch?.stations ?? [];
  assert.deepEqual([station?.name, station?.bench, station?.slots.length], ['targets', 'virtual', 2]);
  assert.deepEqual(station?.slots[0]?.network, {
    host: '192.168.41.1',
    ports: { http: 8080, ota: 3232, ssh: 22, console: 23 },
    user: 'admin',
    password: 'secret',
  });
  assert.deepEqual(batch?.units[0], {
    number: 1,
    serial: 'N1',
    mac: '24:6f:28:84:00:01',
    place: { station: 'targets', slot: 'slot1' },
  });
  assert.ok(!JSON.stringify(batch?.inputs).includes('secret'));
});

test('commands on targets need neither board nor release, and refuse them', async () => {
  const text = `batch: b1
commands: [{ name: up, run: uptime }]
units: { targets: [{ host: gw-1, port: 2222 }, { host: gw-2 }] }
`;
  const batch = await batchOf(text);
  assert.deepEqual([batch.programme, batch.job?.commands[0]?.timeoutMs], ['job', 30_000]);
  assert.equal(batch.stations[0]?.slots[0]?.network?.ports.ssh, 2222);
  assert.equal(batch.stations[0]?.slots[0]?.board.console.over, 'ssh');
  assert.match(await problemsOf(`${text}release: small-1.2.0\n`), /release: stands beside commands/);
  assert.match(
    await problemsOf(text.replace('gw-2', 'gw-1').replace(', port: 2222', '')),
    /stands twice in the list/,
  );
});

test('every shipped example loads', async () => {
  const folder = resolve('rigs/batches');
  for (const name of (await readdir(folder)).filter((entry) => entry.endsWith('.yaml'))) {
    const { batch, problems } = await loadBatch(
      { files: [join(folder, name)], flags: {} },
      { rigs: resolve('rigs'), specs: resolve('specs'), env: {} },
    );
    assert.equal(formatProblems(problems), '', name);
    assert.equal(`${batch?.id}.yaml`, name);
    assert.deepEqual(batch?.notices, [], name);
  }
});

test('a file that cannot be read, is empty or is none of the formats is refused with what would be right', async () => {
  const missing = await load(['/no/such/file.yaml']);
  assert.match(formatProblems(missing.problems), /^\/no\/such\/file.yaml:1:1: cannot be read/);
  assert.match(await problemsOf(''), /the file is empty; a batch file begins with `batch: week-23`/);
  assert.match(await problemsOf('[1, 2]'), /the file holds a list; a batch file begins with/);
  assert.match(
    await problemsOf('quux: 1\nfrobnicate: 2\n'),
    /has none of the keys of a batch; it may be a batch file of this rig/,
  );
});

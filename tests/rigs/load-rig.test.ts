import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RigError } from '../../core/errors.js';
import { formatProblems, loadRig, throwProblems, type Problem } from '../../rigs/load-rig.js';
import { assertProblems, loadTinyRig, tinyRig } from './tiny-rig.js';

const station = String(tinyRig['rigs/station1.yaml']);

/** A second virtual station whose ports, lines and meters are its own. */
const second = station
  .replace('station1', 'station2')
  .replaceAll('by-path/', 'by-path/second-')
  .replaceAll('chip: ', 'chip: second-')
  .replaceAll('hwmon/hwmon', 'hwmon/hwmon1');

test('a good rig resolves into stations with their boards, releases and defaults', async (t) => {
  const { stations, problems } = await loadTinyRig(t);
  assert.deepEqual(problems, []);
  const [only] = stations;
  assert.ok(only);
  const { slots, file, ...rest } = only;
  assert.ok(file.endsWith('rigs/station1.yaml'));
  assert.deepEqual(rest, {
    name: 'station1',
    bench: 'virtual',
    programme: ['provision'],
    powerOn: { staggerMs: 10, settleMs: 20, switchingAtOnce: 2 },
    limits: { flashesAtOnce: 2, rigErrorsInARow: 3 },
    faults: [{ kind: 'dead', slots: ['slot2'] }],
    seed: 7,
  });
  assert.deepEqual(
    slots.map(({ id, serial, power, lamps }) => ({ id, serial, power, lamps })),
    [
      {
        id: 'slot1',
        serial: {
          path: '/dev/serial/by-path/one',
          baudRate: 115200,
          parity: 'none',
          autoReset: false,
          native: false,
        },
        power: { chip: 'relays', line: 1, activeLow: true },
        lamps: {
          pass: { chip: 'header', line: 3, activeLow: false },
          fail: { chip: 'header', line: 4, activeLow: false },
        },
      },
      {
        id: 'slot2',
        serial: {
          path: '/dev/serial/by-path/two',
          baudRate: 115200,
          parity: 'none',
          autoReset: false,
          native: false,
        },
        power: { chip: 'relays', line: 2, activeLow: false },
        lamps: {},
      },
    ],
  );
});

test('a board and a release are resolved with sizes in bytes, absolute paths and hashes', async (t) => {
  const { stations } = await loadTinyRig(t);
  const slot = stations[0]?.slots[0];
  assert.deepEqual(slot?.board.flash, { driver: 'esptool-js', sizeBytes: 0x200000, baudRate: 921600 });
  assert.deepEqual(slot.board.supply, {
    onVolts: 4.75,
    offVolts: 0.5,
    riseMs: 1000,
    fallMs: 2000,
    inrushMs: 50,
  });
  assert.equal(slot.board.checks[0]?.required, true);
  assert.equal(slot.board.checks[0].commands?.[0]?.timeoutMs, 5000);
  assert.deepEqual(
    slot.release.images.map(({ name, offset }) => [name, offset]),
    [
      ['bootloader', 0x1000],
      ['partitions', 0x8000],
      ['app', 0x10000],
    ],
  );
  for (const image of slot.release.images) {
    assert.ok(image.path.startsWith('/') && image.path.endsWith(`one-1.0.0/${image.name}.bin`));
    assert.match(image.sha256, /^[0-9a-f]{64}$/);
    assert.match(image.md5, /^[0-9a-f]{32}$/);
  }
  assert.match(slot.release.sha256, /^[0-9a-f]{64}$/);
});

test('what a station resolves to is plain JSON', async (t) => {
  const { stations } = await loadTinyRig(t);
  assert.deepEqual(JSON.parse(JSON.stringify(stations)), stations);
});

test('a rig without limits flashes all slots at once', async (t) => {
  const { stations } = await loadTinyRig(t, {
    'rigs/station1.yaml': [['limits: { flashesAtOnce: 2 }\n', '']],
  });
  assert.equal(stations[0]?.limits.flashesAtOnce, 2);
});

test('a slot may have another board and release than its station', async (t) => {
  const { stations, problems } = await loadTinyRig(t, {
    'rigs/station1.yaml': [['  - id: slot2\n', '  - id: slot2\n    board: board-b\n']],
    'rigs/boards/board-b.yaml': String(tinyRig['rigs/boards/board-a.yaml']).replace('board-a', 'board-b'),
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    stations[0]?.slots.map((slot) => slot.board.name),
    ['board-a', 'board-b'],
  );
});

test('sizes and addresses may be written in words and in hex', async (t) => {
  const { stations, problems } = await loadTinyRig(t, {
    'rigs/boards/board-a.yaml': [['size: 2MB', 'size: 0x200000']],
    'rigs/releases/one-1.0.0.yaml': [['offset: 0x8000', 'offset: 32768']],
  });
  assert.deepEqual(problems, []);
  assert.equal(stations[0]?.slots[0]?.board.flash.sizeBytes, 0x200000);
});

test('a mistake in one station leaves the other stations as they are', async (t) => {
  const { stations, problems } = await loadTinyRig(t, {
    'rigs/station2.yaml': second.replace('staggerMs: 10', 'staggerMs: soon'),
  });
  assert.deepEqual(
    stations.map(({ name }) => name),
    ['station1'],
  );
  assert.deepEqual(
    problems.map(({ station }) => station),
    ['station2'],
  );
});

test('a mistake in a board concerns every station that uses it, and is printed once', async (t) => {
  const rig = await loadTinyRig(t, {
    'rigs/station2.yaml': second,
    'rigs/boards/board-a.yaml': [['size: 2MB', 'size: big']],
  });
  assert.deepEqual(rig.stations, []);
  assert.deepEqual(
    rig.problems.map(({ station }) => station),
    ['station1', 'station2'],
  );
  assert.equal(formatProblems(rig.problems).split('\n').length, 1);
});

test('one line in two stations concerns both', async (t) => {
  const rig = await loadTinyRig(t, {
    'rigs/station2.yaml': second.replace('{ chip: second-relays, line: 2 }', '{ chip: relays, line: 2 }'),
  });
  assert.deepEqual(rig.stations, []);
  const place = { file: 'station2.yaml', at: '{ chip: relays, line: 2 }', path: 'slots[1].power' };
  assertProblems(rig, [
    { ...place, says: ['relays/2', 'power line of slot2 (station1.yaml line 23)'] },
    { ...place, says: [] },
  ]);
  assert.deepEqual(
    rig.problems.map((problem) => problem.station),
    ['station1', 'station2'],
  );
});

test('two stations may have one emergency stop, and nothing else of a panel', async (t) => {
  const panel = (lid: number) =>
    `operator: { emergencyStop: { chip: panel, line: 0 }, lid: { chip: panel, line: ${lid} } }\nslots:\n`;
  const rigWith = (lid: number) => {
    return loadTinyRig(t, {
      'rigs/station1.yaml': station.replace('slots:\n', panel(1)),
      'rigs/station2.yaml': second.replace('slots:\n', panel(lid)),
    });
  };
  assert.deepEqual((await rigWith(2)).problems, []);
  const messages = (await rigWith(1)).problems.map(({ what }) => what);
  assert.equal(messages.length, 2);
  assert.match(messages.join(), /panel\/1 is already the lid of station1 \(station1\.yaml line \d+\)/);
});

test('a virtual station may stand in for a real one with the same lines', async (t) => {
  const onHardware = station
    .replace('station1', 'station2')
    .replace('bench: virtual\n', '')
    .replace('seed: 7\n', '')
    .replace('faults:\n  - { kind: dead, slots: [slot2] }\n', '');
  const { stations, problems } = await loadTinyRig(t, { 'rigs/station2.yaml': onHardware });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    stations.map(({ name, bench, seed, faults }) => [name, bench, seed, faults.length]),
    [
      ['station1', 'virtual', 7, 1],
      ['station2', undefined, 1, 0],
    ],
  );
});

test('only the stations that are asked for are loaded and judged', async (t) => {
  const changes = { 'rigs/station2.yaml': second.replace('staggerMs: 10', 'staggerMs: soon') };
  const { stations, problems } = await loadTinyRig(t, changes, { stations: ['station1'] });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    stations.map(({ name }) => name),
    ['station1'],
  );
});

test('a station that does not exist is refused with those that do', async (t) => {
  const rig = await loadTinyRig(t, {}, { stations: ['station2'] });
  assertProblems(rig, [{ file: 'station2.yaml', path: '', says: ['no station "station2"', '`station1`'] }]);
});

test('a file that ends with .yml is not passed over', async (t) => {
  const rig = await loadTinyRig(t, { 'rigs/station2.yml': second });
  assertProblems(rig, [{ file: 'station2.yml', path: '', says: ['.yaml', 'rename it'] }]);
});

test('a folder that does not exist is a problem and no exception', async () => {
  const { problems } = await loadRig('/nowhere/rigs');
  assert.deepEqual(
    problems.map(({ file, what }) => [file, what.split(';')[0]]),
    [['/nowhere/rigs', 'there is no such folder']],
  );
});

test('RIG_FAULTS takes the place of the faults of virtual stations', async (t) => {
  const env = { RIG_FAULTS: 'slot1:bad-cell@0x20000, slot2:low-heap@40000' };
  const { stations, problems } = await loadTinyRig(t, {}, { env });
  assert.deepEqual(problems, []);
  assert.deepEqual(stations[0]?.faults, [
    { kind: 'bad-cell', address: 0x20000, slots: ['slot1'] },
    { kind: 'low-heap', bytes: 40000, slots: ['slot2'] },
  ]);
});

test('a mistake in RIG_FAULTS is a problem of the virtual stations', async (t) => {
  const rig = await loadTinyRig(t, {}, { env: { RIG_FAULTS: 'slot9:dead' } });
  assertProblems(rig, [
    { file: 'RIG_FAULTS', path: '', says: ['no virtual slot "slot9"', '`slot1`, `slot2`'] },
  ]);
  const other = await loadTinyRig(t, {}, { env: { RIG_FAULTS: 'slot1:sleepy' } });
  assertProblems(other, [{ file: 'RIG_FAULTS', path: '', says: ["'slot1:sleepy'", 'low-heap'] }]);
});

const problem: Problem = {
  file: 'rigs/a.yaml',
  line: 9,
  column: 2,
  path: 'slots[1].id',
  what: 'is wrong; right it',
};

test('problems are printed in order of place, one a line', () => {
  const text = formatProblems([problem, { ...problem, line: 10 }, { ...problem, line: 2, path: '' }]);
  assert.deepEqual(text.split('\n'), [
    'rigs/a.yaml:2:2: is wrong; right it',
    'rigs/a.yaml:9:2 slots[1].id: is wrong; right it',
    'rigs/a.yaml:10:2 slots[1].id: is wrong; right it',
  ]);
});

test('problems are thrown as one CONFIG_INVALID, and none as nothing', () => {
  throwProblems([]);
  assert.throws(
    () => throwProblems([problem]),
    (thrown) =>
      thrown instanceof RigError &&
      thrown.code === 'CONFIG_INVALID' &&
      thrown.message.includes('rigs/a.yaml:9:2 slots[1].id: is wrong'),
  );
});

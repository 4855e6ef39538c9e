import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoProgram } from '../../firmware/demo-program.js';
import { formatProblems, loadRig, stationNames } from '../../rigs/load-rig.js';
import { buildDemos } from '../../rigs/releases/build-demo.js';

const folder = join(import.meta.dirname, '../../rigs');
await buildDemos();
const { stations, problems } = await loadRig(folder);
const station1 = stations.find(({ name }) => name === 'station1');

test('the shipped rig loads without problems', () => {
  assert.equal(formatProblems(problems), '');
  assert.deepEqual(
    stations.map(({ name }) => name),
    stationNames(folder),
  );
});

test('station1 is what its hardware would be: eight slots, each with all its lines and a meter', () => {
  assert.equal(station1?.slots.length, 8);
  assert.deepEqual(station1.programme, ['provision']);
  for (const slot of station1.slots) {
    assert.match(slot.serial?.path ?? '', /^\/dev\/serial\/by-path\//);
    const { power, boot, reset, lamps, meter } = slot;
    for (const line of [power, boot, reset, lamps.pass, lamps.fail, meter]) assert.notEqual(line, undefined);
  }
});

test('the last slot of station1 has power within a second of the first', () => {
  assert.ok(station1);
  const { staggerMs, settleMs } = station1.powerOn;
  assert.ok(staggerMs * (station1.slots.length - 1) + settleMs < 1000);
});

test('a station needs no more than its line for the bench taken out to run on hardware', async (t) => {
  const copy = await mkdtemp(join(tmpdir(), 'hardware-'));
  t.after(() => rm(copy, { recursive: true, force: true }));
  await cp(folder, join(copy, 'rigs'), { recursive: true });
  for (const name of stationNames(folder)) {
    const file = join(copy, `rigs/${name}.yaml`);
    const text = await readFile(file, 'utf8');
    assert.equal(text.split('\nbench: virtual\n').length, 2);
    await writeFile(file, text.replace('\nbench: virtual\n', '\n'));
  }
  const hardware = await loadRig(join(copy, 'rigs'), { specs: join(folder, '../specs') });
  assert.equal(formatProblems(hardware.problems), '');
  assert.ok(hardware.stations.every(({ bench }) => bench === undefined));
});

test('a good demo board is within every limit of the board file, and one with low heap is not', () => {
  const board = station1?.slots[0]?.board;
  const limits = new Map(
    board?.checks
      .flatMap((check) => check.commands ?? [])
      .flatMap((command) => command.measure)
      .map((measure) => [measure.name, measure.limits ?? {}]),
  );
  const { memory, wifi, sensor } = demoProgram;
  const accessPoint = wifi.networks.find(({ ssid }) => ssid === wifi.join?.ssid);
  assert.ok(sensor && accessPoint);
  const readings = {
    wifi_rssi: accessPoint.rssiDbm,
    heap_free: { typical: memory.heapFreeBytes, spread: 0 },
    heap_min: { typical: memory.heapMinFreeBytes, spread: 0 },
    psram_size: { typical: memory.psramBytes, spread: 0 },
    temperature: sensor.temperatureCelsius,
    humidity: sensor.humidityPercent,
    supply_mv: sensor.supplyMillivolts,
  };
  for (const [name, { typical, spread }] of Object.entries(readings)) {
    const { min = -Infinity, max = Infinity } = limits.get(name) ?? assert.fail(`${name} is not measured`);
    assert.ok(typical - spread >= min && typical + spread <= max, `${name} ${typical} ± ${spread}`);
  }
  assert.ok((limits.get('heap_free')?.min ?? 0) > 40_000);
});

test('the board file joins the access point of the demo program with its passphrase', () => {
  const sent = station1?.slots[0]?.board.checks.flatMap(({ commands = [] }) =>
    commands.map(({ send }) => send),
  );
  assert.ok(
    sent?.includes(`wifi connect ${demoProgram.wifi.join?.ssid} ${demoProgram.wifi.join?.passphrase}`),
  );
});

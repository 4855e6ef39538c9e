import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { latestResults, recordsBySlot, runStation } from './run.js';
import { shippedRig, type StationEdit } from './shipped-rig.js';

let rig: Awaited<ReturnType<typeof shippedRig>>;
afterEach(() => rig.remove());

async function provision(edit: StationEdit) {
  rig = await shippedRig('network', edit);
  const run = await runStation(rig);
  const records = await recordsBySlot(await latestResults(rig));
  const seen = [...records].map(([slot, { outcome, flash, failure, bootedVersion }]) => {
    return [slot, outcome, flash?.driver ?? failure?.code, flash?.verifiedBy, bootedVersion];
  });
  return { run, records, seen: seen.sort() };
}

test('every device of the network station is updated, restarted and checked in one run', async () => {
  const { run, seen, records } = await provision(() => undefined);
  assert.equal(run.exitCode, 0, run.output);
  assert.deepEqual(seen, [
    ['gateway', 'pass', 'ota-http', 'device', '1.2.0'],
    ['node1', 'pass', 'ota-http', 'device', '1.2.0'],
    ['node2', 'pass', 'espota', 'device', '1.2.0'],
  ]);
  assert.equal(new Set([...records.values()].map(({ device }) => device?.mac)).size, 3);
});

test('each node takes its update by the other driver too', async () => {
  const { run, seen } = await provision(({ slots }) => {
    for (const slot of slots) {
      if (slot.id === 'node1') slot.driver = 'espota';
      if (slot.id === 'node2') slot.driver = 'ota-http';
    }
  });
  assert.equal(run.exitCode, 0, run.output);
  assert.deepEqual(seen.slice(1), [
    ['node1', 'pass', 'espota', 'device', '1.2.0'],
    ['node2', 'pass', 'ota-http', 'device', '1.2.0'],
  ]);
});

test('a device that answers 200 and fails is a failure, one of another chip is not touched, and no file holds a password', async () => {
  const { run, seen } = await provision((station) => {
    station.faults = [
      { kind: 'bad-cell', address: 0x12000, slots: ['node1'] },
      { kind: 'wrong-chip', chip: 'esp8266', slots: ['node2'] },
      { kind: 'dead', slots: ['gateway'] },
    ];
  });
  assert.equal(run.exitCode, 1, run.output);
  const codes = new Map(seen.map(([slot, outcome, code]) => [slot, [outcome, code]]));
  assert.deepEqual(codes.get('node2'), ['fail', 'WRONG_CHIP']);
  assert.equal(codes.get('node1')?.[0], 'fail');
  assert.notEqual(codes.get('gateway')?.[0], 'pass');
  const results = await latestResults(rig);
  for (const name of await readdir(results, { recursive: true })) {
    const content = await readFile(join(results, name)).catch(() => Buffer.alloc(0));
    // The bench's own plan is the device's memory, and not a record.
    if (!name.startsWith('bench/')) assert.ok(!content.includes('factory-default'), name);
  }
});

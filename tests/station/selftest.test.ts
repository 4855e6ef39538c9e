import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import type { Fault } from '../../rigs/faults.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { latestResults, recordsBySlot, runStation } from './run.js';

const macOf = (slot: number) => `24:6F:28:84:00:0${slot}`;

test('empty nests, golden and known-bad units prove a rig; a rig that judges one wrongly is not fit', async (t) => {
  const rig = await stationWith(t, 6, {
    golden: [macOf(1), macOf(3)],
    knownBad: [macOf(2), macOf(4)],
    faults: [
      { kind: 'low-heap', bytes: 40_000, slots: ['slot2', 'slot3'] },
      { kind: 'empty', slots: ['slot5'] },
      { kind: 'dead', slots: ['slot6'] },
    ],
  });
  const run = await runStation(rig, ['rig-selftest']);
  assert.equal(run.exitCode, 1, run.output);
  const records = await recordsBySlot(await latestResults(rig));
  const seen = [...records].map(([slot, { outcome, selftest, failure }]) => {
    const { nest, unit } = selftest ?? {};
    return [slot, outcome, nest, unit?.failure?.code, failure?.code];
  });
  assert.deepEqual(seen.sort(), [
    ['slot1', 'pass', 'golden', undefined, undefined],
    ['slot2', 'pass', 'knownBad', 'CHECK_LIMIT', undefined],
    ['slot3', 'error', 'golden', 'CHECK_LIMIT', 'SELFTEST_FAILED'],
    ['slot4', 'error', 'knownBad', undefined, 'SELFTEST_FAILED'],
    ['slot5', 'pass', 'empty', undefined, undefined],
    ['slot6', 'error', undefined, undefined, 'SELFTEST_FAILED'],
  ]);
  for (const { outcome, selftest, measurements } of records.values()) {
    if (outcome !== 'pass') continue;
    assert.deepEqual(selftest?.proved, ['lamps', 'lines', 'rail', 'port']);
    const rails = measurements.filter(({ name }) => /^rail_(rise|fall)$/.test(name));
    assert.deepEqual(
      rails.map(({ name, unit, limits }) => [name, unit, limits?.max !== undefined]),
      [
        ['rail_rise', 'ms', true],
        ['rail_fall', 'ms', true],
      ],
    );
    for (const { value } of rails) assert.ok(Number(value) > 0, String(value));
  }
  assert.match(
    records.get('slot3')?.failure?.message ?? '',
    /golden unit 24:6f:28:84:00:03 failed with CHECK_LIMIT/,
  );
  assert.match(records.get('slot4')?.failure?.message ?? '', /known-bad unit 24:6f:28:84:00:04 passed/);
  assert.match(records.get('slot6')?.failure?.message ?? '', /draws 0\.0\d+ A and nothing in it answers/);

  // The slots that were proved may be used, the others not before they are.
  await edit(rig, (file) => Object.assign(file.selftest, { maxAgeHours: 1 }));
  const next = await runStation(rig, ['-g', '@slot1|@slot3']);
  assert.equal(next.exitCode, 1, next.output);
  const used = await recordsBySlot(await latestResults(rig));
  assert.equal(used.get('slot1')?.outcome, 'pass', next.output);
  const refused = used.get('slot3');
  assert.deepEqual(
    [refused?.outcome, refused?.failure?.code, refused?.device],
    ['error', 'SELFTEST_DUE', undefined],
  );
  assert.match(refused?.failure?.message ?? '', /--project=station1 rig-selftest/);
});

test('a unit whose worth nobody knows is not written', async (t) => {
  const rig = await stationWith(t, 1, { golden: [], knownBad: [], faults: [] });
  const run = await runStation(rig, ['rig-selftest']);
  assert.equal(run.exitCode, 1, run.output);
  const record = (await recordsBySlot(await latestResults(rig))).get('slot1');
  assert.deepEqual([record?.outcome, record?.failure?.code], ['error', 'SELFTEST_FAILED']);
  assert.deepEqual(
    record?.flashTries?.map(({ doing }) => doing),
    ['probe'],
  );
  assert.match(record?.failure?.message ?? '', /neither in selftest.golden nor in selftest.knownBad/);
});

interface StationText {
  selftest: { golden: string[]; knownBad: string[]; maxAgeHours?: number };
}

async function stationWith(
  t: TestContext,
  slots: number,
  { faults, ...selftest }: { golden: string[]; knownBad: string[]; faults: Fault[] },
): Promise<RigFolder> {
  const rig = await makeRigFolder({ slots, station: 'station1', faults });
  t.after(() => rig.remove());
  await edit(rig, (file) => Object.assign(file, { selftest }));
  return rig;
}

async function edit(rig: RigFolder, change: (file: StationText) => unknown): Promise<void> {
  const path = join(rig.rigs, `${rig.station}.yaml`);
  const file = parse(await readFile(path, 'utf8')) as StationText;
  change(file);
  await writeFile(path, stringify(file));
}

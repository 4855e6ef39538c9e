import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { benchPlan, shuffleIn, slotOnBench, type BenchPlan, type BenchState } from '../../rigs/bench.js';
import type { Slot, Station } from '../../rigs/types.js';
import { makeStation } from '../batch/station.js';

const folder = mkdtempSync(join(tmpdir(), 'rig-plan-'));
after(() => rmSync(folder, { recursive: true }));
const plain = await makeStation(folder, { slots: 12 });
const station: Station = {
  ...plain,
  slots: plain.slots.map((slot) => ({ ...slot, bootDrive: `/media/${slot.id}` })),
};
const where = { socketPath: '/bench.sock', folder: '/bench', byHand: false };

function planOf(of: Station, shuffle?: string): BenchPlan {
  return benchPlan(of, { ...where, ...(shuffle !== undefined && { shuffle }) }, () => []);
}

/** Where the board of each slot is. */
function world({ slots }: BenchPlan): Record<string, BenchPlan['slots'][number]['at']> {
  return Object.fromEntries(slots.map(({ slot, at }) => [slot, at]));
}

/** Two ports and a drive. */
const state: BenchState = {
  station: 'station1',
  pid: 1,
  socketPath: '/bench.sock',
  slots: {
    slot1: { serialPath: '/dev/pts/1', rfc2217: '' },
    slot2: { serialPath: '/dev/pts/2', rfc2217: '' },
  },
  serialPorts: { '/dev/serial/by-path/1': '/dev/pts/2', '/dev/serial/by-path/2': '/dev/pts/1' },
  bootDrives: { '/media/slot1': '/drives/slot2' },
  relays: {},
};

function slot1(change: Partial<Slot>): Slot {
  const [slot] = station.slots;
  assert(slot);
  return { ...slot, ...change };
}

describe('the ports of a bench', () => {
  it('are where the station file says', () => {
    const places = world(planOf(station));
    for (const { id, serial, bootDrive } of station.slots)
      assert.deepEqual(places[id], { serial: serial?.path, bootDrive });
  });

  it('are all elsewhere when they are shuffled, each path once, by the seed alone', () => {
    const places = world(planOf(station, '7'));
    for (const { id, serial, bootDrive } of station.slots) {
      assert.notEqual(places[id]?.serial, serial?.path);
      assert.notEqual(places[id]?.bootDrive, bootDrive);
    }
    const paths = Object.values(places).flatMap((place) => [place?.serial, place?.bootDrive]);
    const written = station.slots.flatMap(({ serial, bootDrive }) => [serial?.path, bootDrive]);
    assert.deepEqual(new Set(paths), new Set(written));
    assert.deepEqual(world(planOf(station, '7')), places);
    assert.notDeepEqual(world(planOf(station, '8')), places);
  });

  it('stay where they are when the station file is corrected', () => {
    const places = world(planOf(station, '7'));
    const corrected = station.slots.map((slot) => {
      const path = places[slot.id]?.serial ?? '';
      return { ...slot, serial: { path, baudRate: 115200 } };
    });
    assert.deepEqual(world(planOf({ ...station, slots: corrected }, '7')), places);
  });

  it('are looked up by the path that the file says, not by the slot', () => {
    const found = slotOnBench(slot1({ bootDrive: '/media/slot1' }), state);
    assert.equal(found.serial?.path, '/dev/pts/2');
    assert.equal(found.bootDrive, '/drives/slot2');
  });

  it('are none for a path that the bench does not know: it names those that it knows', () => {
    const serial = { path: '/dev/ttyUSB9', baudRate: 115200 };
    assert.throws(
      () => slotOnBench(slot1({ serial }), state),
      /PORT_NOT_FOUND: slot1: the bench of station1 has no serial port at \/dev\/ttyUSB9; it has \/dev\/serial\/by-path\/1, \/dev\/serial\/by-path\/2$/,
    );
    assert.throws(
      () => slotOnBench(slot1({ bootDrive: '/media/x' }), state),
      /PORT_NOT_FOUND: .* no boot drive at \/media\/x; it has \/media\/slot1$/,
    );
  });
});

describe('RIG_BENCH_SHUFFLE', () => {
  it('is a seed unless it is empty', () => {
    assert.deepEqual(shuffleIn({ RIG_BENCH_SHUFFLE: ' 7 ' }), { shuffle: '7' });
    assert.deepEqual(shuffleIn({ RIG_BENCH_SHUFFLE: '' }), {});
    assert.deepEqual(shuffleIn({}), {});
  });
});

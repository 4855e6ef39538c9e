import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { createListeners } from '../../../core/listeners.js';
import { RigError } from '../../../core/errors.js';
import { connectRpc, type RpcClient } from '../../../core/rpc.js';
import { awaitNextBoard, type NextBoardOptions } from '../../../batch/units/next-board.js';
import { holdSlot, type SlotHold } from '../../../batch/station/slot-hold.js';
import { createStationCare, type StationCare } from '../../../batch/station/station-ready.js';
import type { Station } from '../../../rigs/types.js';
import { makeStation } from '../station.js';

describe('waiting for the next board of a slot', () => {
  let folder: string;
  let station: Station;
  let care: StationCare;
  let bench: RpcClient;
  let hold: SlotHold;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rig-next-'));
    const runtimeFolder = join(folder, 'runtime');
    await mkdir(runtimeFolder, { mode: 0o700 });
    station = await makeStation(folder, { slots: 1 });
    care = createStationCare({ runtimeFolder, resultsFolder: folder, onTrouble: () => undefined });
    const { benchState } = await care.ready(station);
    bench = await connectRpc(benchState?.socketPath ?? '', {
      onLost: () => new RigError('BENCH_FAILED', 'the bench of the test has ended'),
    });
  });
  after(async () => {
    bench.close();
    await care.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const where = { care, runtimeFolder: join(folder, 'runtime'), runId: 'run1', station };
    hold = await holdSlot({ ...where, slotId: 'slot1', pid: process.pid });
  });
  afterEach(async () => {
    const lines = await hold.release({ lamps: 'darken' });
    assert.ok(lines.every(({ state }) => state === 'inactive'));
  });

  const swap = (only?: 'in' | 'out') =>
    bench.request<{ mac: string }>('slot.swap', { slot: 'slot1', ...(only && { only }) });
  const isPowered = async () => {
    const lines = await bench.request<{ use: string; active: boolean }[]>('lines', {});
    return lines.some(({ use, active }) => active && /power/.test(use));
  };

  /** Waits for a board that is not one of `known`; `tell` hears what the operator is told. */
  function begin(known: readonly string[], changes: Partial<NextBoardOptions> = {}) {
    const seen: string[] = [];
    const told: string[] = [];
    const { emit, on } = createListeners<string>();
    const stop = new AbortController();
    const ended = awaitNextBoard({
      hold,
      station,
      swap: { by: 'slot', detect: 'identity', everySeconds: 0.05 },
      isFirst: false,
      objection(id) {
        seen.push(id);
        return known.includes(id) ? `${id} has had its turn` : undefined;
      },
      onWait(what) {
        told.push(what);
        emit(what);
      },
      mayLook: async () => 0,
      signal: stop.signal,
      ...changes,
    });
    const until = (pattern: RegExp) =>
      new Promise<void>((resolve) => {
        if (told.some((what) => pattern.test(what))) return resolve();
        const off = on((what) => {
          if (!pattern.test(what)) return;
          off();
          resolve();
        });
      });
    return { ended, seen, told, stop, until };
  }

  test('a board that is new is taken at its first look, and the slot is off then', async () => {
    const { ended, seen } = begin([]);
    await ended;
    assert.equal(seen.length, 1);
    assert.equal(await isPowered(), false);
  });

  test('the board that is done is not taken, and the operator is told so until another one is in', async () => {
    const { mac: old } = await swap();
    const waiting = begin([old]);
    await waiting.until(/put in the next board: .* has had its turn/);
    const { mac } = await swap();
    await waiting.ended;
    assert.equal(waiting.seen.at(-1), mac);
    assert.notEqual(mac, old);
  });

  test('an empty nest is waited at, and filled it is taken', async () => {
    const { mac } = await swap();
    await swap('out');
    const waiting = begin([mac], { isFirst: true });
    await waiting.until(/^put in a board$/);
    await swap('in');
    await waiting.ended;
    assert.equal(await isPowered(), false);
  });

  test('a wait ends when its time is over, and when the run does; nothing stays on', async () => {
    await swap('out');
    const late = begin([], { swap: { by: 'slot', detect: 'identity', everySeconds: 0.05, waitSeconds: 0 } });
    await assert.rejects(late.ended, { code: 'UNIT_NOT_BEGUN' });
    const stopped = begin([]);
    await stopped.until(/put in/);
    stopped.stop.abort(new RigError('ABORTED', 'the run was stopped'));
    await assert.rejects(stopped.ended, { code: 'ABORTED' });
    assert.equal(await isPowered(), false);
    await swap('in');
  });

  test('a pause powers nothing, is no waiting for a board, and is followed by what the operator has to do', async () => {
    await swap('out');
    let looks = 0;
    let resume = (): void => undefined;
    const resumed = new Promise<number>((resolve) => (resume = () => resolve(7_200_000)));
    const waiting = begin([], {
      swap: { by: 'slot', detect: 'identity', everySeconds: 0.01, waitSeconds: 3600 },
      isFirst: true,
      mayLook: async () => (++looks === 2 ? resumed : 0),
    });
    await waiting.until(/^put in a board$/);
    await swap('in');
    assert.equal(waiting.seen.length, 0);
    assert.equal(await isPowered(), false);
    resume();
    await waiting.ended;
    assert.equal(waiting.seen.length, 1);
  });
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { benchStatePath } from '../../batch/station/station-bench.js';
import { swapBench, swapsOf } from '../../cli/swap-bench.js';
import { loadRig } from '../../rigs/load-rig.js';
import type { Station } from '../../rigs/types.js';
import type { BenchBoard } from '../../rigs/bench-swaps.js';
import { startBenchProcess } from '../bench/bench-process.js';

let station1: Station;
let network: Station;

before(async () => {
  const load = async (name: string) => {
    const { stations } = await loadRig('rigs', { stations: [name] });
    return stations[0] ?? assert.fail(`no ${name}`);
  };
  station1 = await load('station1');
  network = await load('network');
});

async function places(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'rig-swap-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const runtimeFolder = join(folder, 'runtime');
  await mkdir(runtimeFolder, { mode: 0o700 });
  return { runtimeFolder, results: join(folder, 'results') };
}

describe('rig bench --swap', () => {
  it('swaps boards of the bench that runs, in the order of the command line', async (t) => {
    const where = await places(t);
    const bench = await startBenchProcess(t);
    await writeFile(benchStatePath(where.runtimeFolder, 'station1'), JSON.stringify(bench.state));
    await swapBench(station1, ['slot1=out', 'slot1=in', 'slot1'], where);
    const boards = await (await bench.connect()).request<BenchBoard[]>('boards', {});
    assert.deepEqual(
      boards.map(({ isIn }) => isIn),
      [false, false, true],
    );
  });

  it('refuses what it does not understand before a board moves', async (t) => {
    const where = await places(t);
    const refused = (text: string) => swapBench(station1, ['slot1', text], where);
    await assert.rejects(refused('slot9'), /CONFIG_INVALID: --swap slot9: station1 has no such slot; it has/);
    await assert.rejects(
      refused('slot2=away'),
      /CONFIG_INVALID: --swap slot2=away: a board can go in or out/,
    );
    await assert.rejects(swapBench(station1, ['slot1'], where), /BENCH_FAILED: no bench of station1 runs/);
  });
});

describe('rig bench --swaps', () => {
  it('is for stations with nests', () => {
    assert.deepEqual(swapsOf('300x7', station1), { emptyMs: 300, boards: 7 });
    assert.throws(
      () => swapsOf('300', network),
      /CONFIG_INVALID: --swaps: network has devices on the network/,
    );
  });
});

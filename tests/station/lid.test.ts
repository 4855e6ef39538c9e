import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { journalSummary } from '../../cli/journal.js';
import { pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectRpc, type RpcClient } from '../../core/rpc.js';
import { startBench } from '../bench-by-hand.js';
import { cleanEnvironment } from '../clean-environment.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { isFlashing, latestResults, readCsv, recordsBySlot, runStation, startStation } from './run.js';

const slots = ['slot1', 'slot2', 'slot3'];
const lid = { chip: 'panel', line: 0 };
/** From the edge to the last output off: the guard drives all of them at once, and the machine of a test may be busy. */
const allOffMs = 1000;

describe('a station whose lid is opened while it flashes', () => {
  let rig: RigFolder;
  let bench: Awaited<ReturnType<typeof startBench>>;
  let panel: RpcClient;

  before(async () => {
    rig = await makeRigFolder({
      slots: slots.length,
      release: 'demo',
      board: { backup: 'regions', rollbackOnFailure: true },
      keys: { operator: { lid, waitSeconds: 60 } },
    });
    bench = await startBench(
      { ...rig, env: { ...cleanEnvironment(), ...rig.env } },
      join(rig.folder, 'bench-output.log'),
    );
    panel = await connectRpc(bench.state.socketPath, {
      onLost: () => new RigError('BENCH_FAILED', 'the bench of the test has ended'),
    });
  });
  after(async () => {
    panel.close();
    await bench.stop();
    await rig.remove();
  });
  const setLid = (level: 0 | 1) => panel.request('line.drive', { ...lid, level });

  test('waits for it to be closed, and has every slot off at once when it is opened', async () => {
    await setLid(0);
    const run = startStation(rig);
    const onTimeout = () => new Error(`it never came so far: ${run.output()}`);
    const soon = { timeoutMs: 60_000, intervalMs: 20, onTimeout };
    await pollUntil(async () => run.output().includes('waits: close the lid') || undefined, soon);
    await setLid(1);
    await pollUntil(async () => (await isFlashing(rig, slots)) || undefined, soon);
    await setLid(0);
    const { exitCode, output } = await run.ended;
    assert.equal(exitCode, 1, output);
    assert.match(output, /POWER CUT LID_OPENED: the lid \(panel\/0\) was opened/);
    const { openedAt, changes } = await afterTheLid();
    const powered = slots.map((_, index) => changes.filter(({ line }) => line === `expander-0/${index}`));
    for (const ofSlot of powered) {
      assert.deepEqual(
        ofSlot.map(({ isActive }) => isActive),
        [false],
      );
      assert.ok((ofSlot[0]?.atMs ?? Infinity) - openedAt < allOffMs, JSON.stringify(changes));
    }
  });

  /** What the bench has written of its lines since the lid was opened last. */
  async function afterTheLid() {
    const log = await readFile(join(rig.runtime, `bench-${rig.station}`, 'bench.log'), 'utf8');
    const lines = [...log.matchAll(/^(\S+) line (\S+) \((.*?)\) .*, (active|inactive)$/gm)].map(
      ([, at = '', line = '', use = '', state]) => {
        return { atMs: Date.parse(at), line, use, isActive: state === 'active' };
      },
    );
    const opened = lines.findLastIndex(({ use, isActive }) => use === 'lid' && !isActive);
    return { openedAt: lines[opened]?.atMs ?? NaN, changes: lines.slice(opened + 1) };
  }

  test('records its units as aborted and unproved, in a journal that is whole, and says what to do', async () => {
    const results = await latestResults(rig);
    const records = [...(await recordsBySlot(results)).values()];
    assert.deepEqual(
      records.map(({ outcome, failure, flashState, rollback }) => [
        outcome,
        failure?.code,
        failure?.step,
        flashState,
        rollback,
      ]),
      slots.map(() => ['aborted', 'LID_OPENED', 'flash', 'unproved', undefined]),
    );
    const { runs, open } = await journalSummary(results);
    assert.deepEqual([runs.at(-1)?.ended, open], [true, []]);
    const rows = await readCsv(join(results, 'batch_results.csv'));
    assert.deepEqual(
      rows.map((row) => [row['Status'], row['ErrorCode']]),
      slots.map(() => ['Aborted', 'LID_OPENED']),
    );
    const summary = await readFile(join(results, 'summary.txt'), 'utf8');
    assert.match(
      summary,
      /LID_OPENED: the lid \(panel\/0\) was opened: power of every slot of bench1 was cut/,
    );
    assert.match(summary, /what it held before was not put back, since the power has to stay off/);
    assert.match(summary, /do: Close the lid and run the units again/);
    assert.match(summary, /all 6 outputs were read back as off/);
  });

  test('passes them all when it is closed and run again', async () => {
    await setLid(1);
    const run = await runStation(rig);
    assert.equal(run.exitCode, 0, run.output);
    const records = [...(await recordsBySlot(await latestResults(rig))).values()];
    assert.deepEqual(
      records.map(({ outcome, flashState }) => [outcome, flashState]),
      slots.map(() => ['pass', 'release']),
    );
  });
});

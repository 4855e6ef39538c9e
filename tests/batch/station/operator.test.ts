import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { startBenchProcess, type BenchProcess } from '../../../batch/station/bench-process.js';
import type { Coordinator } from '../../../batch/coordinator/coordinator.js';
import type { CoordinatorNotices, Lease, RunEvent } from '../../../batch/coordinator/protocol.js';
import { benchStatePath } from '../../../batch/station/station-bench.js';
import { RigError } from '../../../core/errors.js';
import type { AttemptRecord } from '../../../core/record.js';
import { connectRpc, type RpcClient } from '../../../core/rpc.js';
import { currentRunFeed } from '../../../reports/run-feed.js';
import { benchPlan } from '../../../rigs/bench.js';
import type { Operator } from '../../../rigs/types.js';
import { serveRelay } from '../../drivers/power/relay.js';
import { makeStation } from '../station.js';
import { drive, levelOf, runsUnderTest, type RunsUnderTest, type TestWorker } from '../run-under-test.js';

const chip = 'panel';
const lid = { chip, line: 0, debounceMs: 10 };
const emergencyStop = { chip, line: 1, debounceMs: 10 };
const start = { chip, line: 2, debounceMs: 10 };
const buzzer = { chip, line: 3 };
const operator: Operator = { lid, emergencyStop, start, buzzer, waitSeconds: 60 };

let runs: RunsUnderTest;
let coordinator: Coordinator;
let bench: PanelBench;
let events: RunEvent[];
let look: () => void;

interface PanelBench {
  process: BenchProcess;
  panel: RpcClient;
  folder: string;
  stop(): Promise<void>;
}

/** A bench of its own, so that its lid can be open before a run begins, and be closed between two runs. */
async function startPanelBench(): Promise<PanelBench> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-panel-'));
  const where = { socketPath: join(folder, 'bench.sock'), folder, byHand: false };
  const plan = benchPlan({ ...(await makeStation(folder)), operator }, where, () => []);
  const planPath = join(folder, 'plan.json');
  await writeFile(planPath, JSON.stringify(plan));
  const started = await startBenchProcess('station1', planPath, join(folder, 'bench.out'));
  const panel = await connectRpc(where.socketPath, { onLost: () => new RigError('BENCH_FAILED', 'gone') });
  const stop = async () => {
    // A bench that ends keeps no process alive that waits for it.
    const alive = setInterval(() => undefined, 1000);
    panel.close();
    await started.stop();
    clearInterval(alive);
    await rm(folder, { recursive: true, force: true });
  };
  return { process: started, panel, folder, stop };
}

before(async () => (bench = await startPanelBench()));
after(() => bench.stop());
beforeEach(async () => {
  runs = await runsUnderTest();
  runs.station.operator = operator;
  await useBench(bench);
  await set(lid, 1);
  for (const line of [emergencyStop, start]) await set(line, 0);
});
afterEach(() => runs.close());

/** The next run finds this bench as one that was started by hand. */
async function useBench({ process: { state } }: PanelBench): Promise<void> {
  await mkdir(runs.runtimeFolder, { recursive: true });
  await writeFile(benchStatePath(runs.runtimeFolder, 'station1'), JSON.stringify(state));
}

async function begin(runId = 'run1'): Promise<TestWorker> {
  events = [];
  look = () => undefined;
  coordinator = await runs.start(runId);
  coordinator.onEvent((event) => {
    events.push(event);
    look();
  });
  return runs.worker(runId);
}

/** Resolves when the events fit. */
const until = (fits: () => boolean) =>
  new Promise<void>((resolve) => {
    look = () => void (fits() && resolve());
    look();
  });
const waited = () => events.flatMap((event) => (event.type === 'waits' ? [event.what] : []));
const set = ({ line }: { line: number }, level: 0 | 1) =>
  bench.panel.request('line.drive', { chip, line, level });
const lines = ({ slot }: Lease) => [slot.power, slot.boot];

async function recordsOf(runId = 'run1'): Promise<AttemptRecord[]> {
  return (await runs.journal(runId)).flatMap((entry) => (entry.type === 'attempt' ? [entry.data] : []));
}
const brief = ({ outcome, failure }: AttemptRecord) => [outcome, failure?.code, failure?.blame];

async function press(): Promise<void> {
  await set(start, 1);
  await set(start, 0);
}

describe('a station that waits for its operator', () => {
  beforeEach(() => set(lid, 0));

  test('leases nothing before the lid was closed and start pressed after that, and says what is missing', async () => {
    const worker = await begin();
    const leasing = worker.lease('slot1');
    await until(() => waited().includes('close the lid, then press start'));
    // Too early: it counts only once the lid is closed.
    await press();
    await set(emergencyStop, 1);
    await until(() => waited().includes('release the emergency stop, then press start'));
    await set(emergencyStop, 0);
    await set(lid, 1);
    await until(() => waited().at(-1) === 'press start');
    assert.deepEqual(
      (await runs.journal('run1')).map(({ type }) => type),
      ['run'],
    );
    await set(start, 1);
    const { header, gpio, slot } = await leasing;
    assert.equal(await levelOf(gpio, slot.power), false);
    // The others of the station need no second press.
    await (await runs.worker('run1')).lease('slot2');
    await worker.commit(header);
  });

  test('has off, while it waits, what something else has left on', async () => {
    const { socketPath } = bench.process.state;
    const gpio = { kind: 'bench', socketPath } as const;
    const [{ power } = {}] = runs.station.slots;
    await drive(gpio, power, true);
    const worker = await begin();
    const leasing = worker.lease('slot1');
    await until(() => waited().includes('close the lid, then press start'));
    assert.equal(await levelOf(gpio, power), false);
    await set(lid, 1);
    await until(() => waited().at(-1) === 'press start');
    await set(start, 1);
    await worker.commit((await leasing).header);
  });

  test('ends its units as aborted when nobody closes the lid in time, and waits no second time', async () => {
    runs.station.operator = { lid, waitSeconds: 0.2 };
    const worker = await begin();
    await assert.rejects(worker.lease('slot1'), /LID_OPEN: the lid of station1 was not closed within 0.2 s/);
    await set(lid, 1);
    await assert.rejects(worker.lease('slot1'), /LID_OPEN/);
    await coordinator.close();
    const aborted = ['aborted', 'LID_OPEN', 'operator'];
    assert.deepEqual((await recordsOf()).map(brief), [aborted, aborted]);
  });

  test('names the button, or the emergency stop, when that is what it waited for', async () => {
    runs.station.operator = { start, waitSeconds: 0.2 };
    const worker = await begin();
    await assert.rejects(worker.lease('slot1'), /START_NOT_PRESSED: the start button .*panel\/2/);
    await set(emergencyStop, 1);
    runs.station.operator = { emergencyStop, waitSeconds: 0.2 };
    await coordinator.close();
    await assert.rejects((await begin('run2')).lease('slot1'), /EMERGENCY_STOP: .* was not released/);
  });

  test('lets the run be stopped meanwhile', async () => {
    const worker = await begin();
    const refused = assert.rejects(worker.lease('slot1'), /ABORTED|COORDINATOR_LOST/);
    await until(() => waited().length > 0);
    await coordinator.close({ status: 'interrupted' });
    await refused;
    assert.deepEqual((await recordsOf()).map(brief), [['aborted', 'ABORTED', 'operator']]);
  });

  test('does not run with a line that it cannot read', async () => {
    runs.station.operator = { lid: { ...lid, line: 99 }, waitSeconds: 60 };
    const worker = await begin();
    await assert.rejects(worker.lease('slot1'), /LINE_NOT_FOUND: .*99/);
  });
});

describe('a station whose units are under way', () => {
  beforeEach(() => {
    runs.station.operator = { lid, emergencyStop, buzzer, waitSeconds: 60 };
  });

  /** Two workers with a slot each, both energised. */
  async function twoUnderWay() {
    const first = await begin();
    const second = await runs.worker('run1');
    const leases = [await first.lease('slot1'), await second.lease('slot2')] as const;
    for (const { gpio, slot } of leases) await drive(gpio, slot.power, true);
    return { first, second, leases };
  }
  const energised = async (leases: readonly Lease[]) => {
    const levels = leases.map((lease) => Promise.all(lines(lease).map((line) => levelOf(lease.gpio, line))));
    return (await Promise.all(levels)).flat().some((level) => level);
  };

  for (const [what, line, level, code] of [
    ['its lid is opened', lid, 0, 'LID_OPENED'],
    ['its emergency stop is pressed', emergencyStop, 1, 'EMERGENCY_STOP'],
  ] as const) {
    test(`is without power when ${what}, tells its workers why, and stays so`, async () => {
      const { first, second, leases } = await twoUnderWay();
      const told = Promise.all([first, second].map((worker) => worker.notice('stop')));
      await set(line, level);
      const notices = (await told) as CoordinatorNotices['stop'][];
      assert.deepEqual(
        notices.map((notice) => [notice.attemptId, notice.code]),
        leases.map(({ header }) => [header.attemptId, code]),
      );
      const refused = new RegExp(code);
      await assert.rejects(first.ask('turn', { name: 'power station1', spacingMs: 0 }), refused);
      await assert.rejects(first.ask('goesOn', { station: 'station1' }), refused);
      await offAgain(leases);
      // A write that was on its way when the power was cut does not last.
      const [{ gpio, slot }] = leases;
      await drive(gpio, slot.power, true);
      await offAgain(leases);

      for (const worker of [first, second]) worker.close();
      const late = await runs.worker('run1');
      await set(lid, 1);
      await set(emergencyStop, 0);
      await assert.rejects(late.lease('slot1'), refused);
      await coordinator.close();
      const types = (await runs.journal('run1')).map(({ type }) => type);
      assert.deepEqual(types.slice(-2), ['safe', 'run-end']);
      assert.equal(await energised(leases), false);
      assert.deepEqual(
        events.flatMap((event) => (event.type === 'cut' ? [[event.slot, event.code]] : [])),
        [
          ['slot1', code],
          ['slot2', code],
        ],
      );
    });
  }

  const offAgain = async (leases: readonly Lease[]) => {
    while (await energised(leases)) await new Promise((resolve) => setImmediate(resolve));
  };

  test(
    'is cut slot by slot: a relay that does not answer holds up no line',
    { timeout: 15_000 },
    async (t) => {
      const relay = await serveRelay({ timeoutMs: 20_000 });
      t.after(() => relay.close());
      const [, slot2] = runs.station.slots;
      assert.ok(slot2);
      slot2.power = relay.address;
      const {
        leases: [mine],
      } = await twoUnderWay();
      relay.hang();
      await set(lid, 0);
      await offAgain([mine]);
      // The worker's write was on its way.
      await drive(mine.gpio, mine.slot.power, true);
      await offAgain([mine]);
      assert.equal(relay.isOn(), true);
      await relay.close();
      await assert.rejects(coordinator.close(), /not known to be off: station1 slot2 power/);
    },
  );

  test('leaves the other stations of the run alone', async () => {
    runs.others.push(await makeStation(runs.root, { name: 'station2' }));
    const worker = await begin();
    const other = await runs.worker('run1');
    const mine = await worker.lease('slot1');
    const theirs = await other.ask('lease', {
      station: 'station2',
      slot: 'slot1',
      programme: 'provision',
      pid: process.pid,
    });
    for (const { gpio, slot } of [mine, theirs]) await drive(gpio, slot.power, true);
    await set(emergencyStop, 1);
    await worker.notice('stop');
    await offAgain([mine]);
    assert.equal(await levelOf(theirs.gpio, theirs.slot.power), true);
    await other.ask('turn', { name: 'power station2', spacingMs: 0 });
    await other.commit(theirs.header);
    await other.ask('endLease', { attemptId: theirs.header.attemptId });
    await coordinator.close();
    const outcomes = (await recordsOf()).map(({ station, outcome }) => `${station} ${outcome}`);
    assert.deepEqual(outcomes.sort(), ['station1 aborted', 'station2 pass']);
  });

  test('runs again once the lid is closed', async () => {
    const { leases } = await twoUnderWay();
    await set(lid, 0);
    await until(() => events.some(({ type }) => type === 'cut'));
    await coordinator.close();
    assert.equal(await energised(leases), false);
    await set(lid, 1);
    const worker = await begin('run2');
    const { header } = await worker.lease('slot1');
    await worker.commit(header);
    await worker.ask('endLease', { attemptId: header.attemptId });
    await coordinator.close();
    assert.deepEqual(
      (await recordsOf('run2')).map(({ outcome }) => outcome),
      ['pass'],
    );
  });

  test('keeps the record of a unit that had passed before', async () => {
    const worker = await begin();
    const { header } = await worker.lease('slot1');
    await worker.commit(header);
    await worker.ask('endLease', { attemptId: header.attemptId });
    await set(lid, 0);
    await assert.rejects(worker.lease('slot2'), /LID_OPENED/);
    await coordinator.close();
    assert.deepEqual(
      (await recordsOf()).map(({ outcome }) => outcome),
      ['pass', 'aborted'],
    );
  });

  test('records a unit whose worker dies of it as aborted', async () => {
    const { first } = await twoUnderWay();
    await set(lid, 0);
    await until(() => events.some(({ type }) => type === 'cut'));
    first.close();
    await until(() => events.some(({ type }) => type === 'outcome'));
    const [record] = await recordsOf();
    assert.deepEqual(record && brief(record), ['aborted', 'LID_OPENED', 'operator']);
  });

  test('takes a line that is lost for an open lid, and blames the rig', async () => {
    const dying = await startPanelBench();
    await useBench(dying);
    const { first } = await twoUnderWay();
    const told = first.notice('stop');
    await dying.stop();
    const { code, what } = (await told) as CoordinatorNotices['stop'];
    assert.equal(code, 'LINE_LOST');
    assert.match(what, /of station1 \(panel\/[01]\) cannot be read and counts as (open|pressed)/);
    const warnings = () => (currentRunFeed()?.warnings() ?? []).join();
    await coordinator.close().catch(() => undefined);
    assert.match(warnings(), /not known to be off/);
  });
});

describe('the buzzer of a station', () => {
  const tonesOf = async () => {
    const log = await readFile(join(bench.folder, 'bench.log'), 'utf8');
    return log.match(/line panel\/3 .*-> out 1, active/g)?.length ?? 0;
  };
  beforeEach(() => {
    runs.station.operator = { buzzer, waitSeconds: 60 };
  });

  for (const [replace, tones] of [
    [{}, 1],
    [{ outcome: 'fail' }, 3],
  ] as const) {
    test(`sounds ${tones} times at the end of a run in which ${tones === 1 ? 'every' : 'not every'} unit passed`, async () => {
      const before = await tonesOf();
      const worker = await begin();
      for (const slot of ['slot1', 'slot2']) {
        const { header } = await worker.lease(slot);
        await worker.commit(header, slot === 'slot2' ? replace : {});
        await worker.ask('endLease', { attemptId: header.attemptId });
      }
      await coordinator.close();
      assert.equal((await tonesOf()) - before, tones);
      assert.deepEqual(await bench.panel.request('line.read', { chip, line: 3 }), {
        level: 0,
        direction: 'out',
      });
    });
  }

  test('is silent when nothing ran', async () => {
    const before = await tonesOf();
    await begin();
    await coordinator.close();
    assert.equal(await tonesOf(), before);
  });
});

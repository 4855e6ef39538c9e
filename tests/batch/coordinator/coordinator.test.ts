import assert from 'node:assert/strict';
import { access, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Lease, RunEvent } from '../../../batch/coordinator/protocol.js';
import { pollUntil } from '../../../core/deadline.js';
import type { AttemptRecord } from '../../../core/record.js';
import { currentRunFeed } from '../../../reports/run-feed.js';
import { device } from '../../fixtures/sample.js';
import { drive, levelOf, runsUnderTest, type RunsUnderTest, type TestWorker } from '../run-under-test.js';

let runs: RunsUnderTest;
beforeEach(async () => (runs = await runsUnderTest()));
afterEach(() => runs.close());

const typesOf = async (runId: string) => (await runs.journal(runId)).map(({ type }) => type);

async function recordsOf(runId: string): Promise<AttemptRecord[]> {
  return (await runs.journal(runId)).flatMap((entry) => (entry.type === 'attempt' ? [entry.data] : []));
}

/** Resolves with the next event of that type. */
function nextEvent(listen: (listener: (event: RunEvent) => void) => () => void, type: RunEvent['type']) {
  return new Promise<RunEvent>((resolve) => {
    const stop = listen((event) => {
      if (event.type !== type) return;
      stop();
      resolve(event);
    });
  });
}

describe('a run', () => {
  test('leases a slot with the bench’s port and the release compressed, and journals what came of it', async () => {
    const coordinator = await runs.start('run1');
    coordinator.prepare('station1');
    const worker = await runs.worker('run1');
    const { header, slot, gpio, images, resultsFolder } = await worker.lease('slot1');
    assert.equal(header.attemptId, 'run1/station1/slot1/1');
    assert.match(slot.serial?.path ?? '', /^\/dev\/pts\/\d+$/);
    assert.equal(header.port, slot.serial?.path ?? '');
    assert.equal(gpio.kind, 'bench');
    assert.equal(resultsFolder, runs.folder('run1'));
    const [image] = images;
    const content = await readFile(image?.path ?? '');
    assert.deepEqual(inflateSync(await readFile(image?.deflatedPath ?? '')), content);
    assert.deepEqual(await typesOf('run1'), ['run', 'attempt-start']);

    await drive(gpio, slot.power, true);
    await drive(gpio, slot.lamps.pass, true);
    await worker.commit(header);
    await worker.ask('endLease', { attemptId: header.attemptId });
    assert.equal(await levelOf(gpio, slot.power), false);
    assert.equal(await levelOf(gpio, slot.lamps.pass), true);
    worker.close();
    await coordinator.close();
    await coordinator.close();

    assert.deepEqual(await typesOf('run1'), ['run', 'attempt-start', 'attempt', 'safe', 'run-end']);
    const safe = (await runs.journal('run1')).find((entry) => entry.type === 'safe');
    assert.deepEqual(
      safe?.type === 'safe' && safe.data.lines.map(({ role, state }) => [role, state]),
      ['power', 'boot', 'reset'].map((role) => [role, 'inactive']),
    );
    assert.equal(await readlink(join(runs.root, 'results', 'latest')), 'run1');
    const names = (await readdir(runs.folder('run1'))).sort();
    assert.ok(names.includes('batch_results.csv') && names.includes('summary.txt'), names.join());
    assert.ok(!names.includes('.cache'));
    assert.deepEqual(await readdir(join(runs.runtimeFolder, 'locks')), []);
    await assert.rejects(access(gpio.kind === 'bench' ? gpio.socketPath : ''), /ENOENT/);
    assert.deepEqual(currentRunFeed()?.files()?.summary, join(runs.folder('run1'), 'summary.txt'));
  });

  test('counts the attempts at a slot', async () => {
    await runs.start('run1');
    const worker = await runs.worker('run1');
    for (const attempt of [1, 2]) {
      const { header } = await worker.lease('slot1');
      assert.equal(header.attempt, attempt);
      await worker.commit(header);
      await worker.ask('endLease', { attemptId: header.attemptId });
    }
    assert.equal((await worker.lease('slot2')).header.attempt, 1);
  });

  test('switches off the slot of a worker that died, gives it back and records where it was', async () => {
    const coordinator = await runs.start('run1');
    const dying = await runs.worker('run1');
    const { header, slot, gpio } = await dying.lease('slot1');
    await drive(gpio, slot.power, true);
    await drive(gpio, slot.lamps.pass, true);
    await drive(gpio, slot.lamps.fail, true);
    const where = { station: 'station1', slot: 'slot1' };
    dying.tell({ ...where, type: 'step', step: 'detect', state: 'begin' });
    dying.tell({ ...where, type: 'step', step: 'detect', state: 'end', result: 'pass' });
    dying.tell({ ...where, type: 'step', step: 'flash', state: 'begin' });
    dying.tell({ ...where, type: 'progress', doneBytes: 10, totalBytes: 20 });
    await nextEvent(coordinator.onEvent, 'progress');
    const over = nextEvent(coordinator.onEvent, 'outcome');
    dying.close();
    const outcome = await over;
    assert.equal(outcome.type === 'outcome' && outcome.code, 'WORKER_LOST');

    const worker = await runs.worker('run1');
    const again = await leaseWhenFree(worker);
    for (const line of [slot.power, slot.lamps.pass, slot.lamps.fail]) {
      assert.equal(await levelOf(gpio, line), false);
    }
    assert.notEqual(again.header.attemptId, header.attemptId);
    const [record] = await recordsOf('run1');
    assert.equal(record?.attemptId, header.attemptId);
    assert.equal(record?.outcome, 'error');
    assert.deepEqual([record?.failure?.step, record?.flashState], ['flash', 'unproved']);
    assert.match(record?.failure?.message ?? '', new RegExp(`pid ${process.pid}`));
    assert.deepEqual(
      record?.steps.map(({ name, result }) => [name, result]),
      [
        ['detect', 'pass'],
        ['flash', 'fail'],
      ],
    );
  });

  test('keeps the record of a worker that dies after it has committed', async () => {
    const coordinator = await runs.start('run1');
    const dying = await runs.worker('run1');
    const { header, slot, gpio } = await dying.lease('slot1');
    await drive(gpio, slot.power, true);
    await dying.commit(header);
    dying.close();
    const worker = await runs.worker('run1');
    const again = await leaseWhenFree(worker);
    assert.equal(await levelOf(gpio, slot.power), false);
    await worker.commit(again.header);
    await coordinator.close();
    assert.deepEqual(
      (await recordsOf('run1')).filter(({ attemptId }) => attemptId === header.attemptId).length,
      1,
    );
  });

  test('records what is open at its end as aborted, off and read back', async () => {
    const coordinator = await runs.start('run1');
    const worker = await runs.worker('run1');
    const { slot, gpio } = await worker.lease('slot2');
    await drive(gpio, slot.power, true);
    await coordinator.close({ status: 'interrupted' });
    const [record] = await recordsOf('run1');
    assert.equal(record?.outcome, 'aborted');
    assert.equal(record?.failure?.code, 'ABORTED');
    assert.deepEqual((await typesOf('run1')).slice(-3), ['attempt', 'safe', 'run-end']);
    await assert.rejects(worker.lease('slot1'), /COORDINATOR_LOST/);
  });

  test('lets no attempt begin once it is ending', async () => {
    const coordinator = await runs.start('run1');
    const worker = await runs.worker('run1');
    const asked = worker.lease('slot1');
    const refused = assert.rejects(asked, /ABORTED|COORDINATOR_LOST/);
    await runs.worker('run1');
    await coordinator.close();
    await refused;
    const records = await recordsOf('run1');
    assert.ok(records.every(({ outcome }) => outcome === 'aborted'));
    const started = (await typesOf('run1')).filter((type) => type === 'attempt-start');
    assert.equal(started.length, records.length);
  });

  test('refuses a slot that another run holds, naming it, and records the refusal', async () => {
    await runs.start('run1');
    await runs.start('run2');
    const [first, second] = [await runs.worker('run1'), await runs.worker('run2')];
    const { header } = await first.lease('slot1');
    const refusal = new RegExp(`SLOT_BUSY: station1 slot1 is held by run run1 \\(pid ${process.pid}\\)`);
    await assert.rejects(second.lease('slot1'), refusal);
    const [record] = await recordsOf('run2');
    assert.equal(record?.outcome, 'error');
    assert.equal(record?.failure?.code, 'SLOT_BUSY');
    await first.commit(header);
    await first.ask('endLease', { attemptId: header.attemptId });
    assert.equal((await second.lease('slot1')).header.attempt, 2);
  });

  test('lets attempts at one slot wait for each other, and lets go of one that waits when the run ends', async () => {
    const coordinator = await runs.start('run1');
    const [first, second, third] = [
      await runs.worker('run1'),
      await runs.worker('run1'),
      await runs.worker('run1'),
    ];
    const { header } = await first.lease('slot1');
    const waiting = second.lease('slot1');
    await first.commit(header);
    await first.ask('endLease', { attemptId: header.attemptId });
    assert.equal((await waiting).header.attempt, 2);
    const refused = assert.rejects(third.lease('slot1'), /ABORTED|COORDINATOR_LOST/);
    await coordinator.close();
    await refused;
    assert.deepEqual(
      (await recordsOf('run1')).map(({ outcome }) => outcome),
      ['pass', 'aborted'],
    );
  });

  test('refuses one address in two slots, in both, naming the other, and takes one again from its slot', async () => {
    await runs.start('run1');
    const worker = await runs.worker('run1');
    const mac = '24:6f:28:00:00:01';
    const where = { station: 'station1', id: mac };
    await worker.ask('claimUnit', { ...where, slot: 'slot1' });
    await worker.ask('claimUnit', { ...where, slot: 'slot1' });
    const second = /DUPLICATE_MAC: station1 slot2 shows 24:6F:.*, which station1 slot1 has shown/;
    await assert.rejects(worker.ask('claimUnit', { ...where, slot: 'slot2', id: mac.toUpperCase() }), second);
    const first = /DUPLICATE_MAC: station1 slot1 shows 24:6f:.*, which station1 slot2 has shown/;
    await assert.rejects(worker.ask('claimUnit', { ...where, slot: 'slot1' }), first);
  });

  test('warns of a board that had passed when another slot showed its address', async () => {
    await runs.start('run1');
    const worker = await runs.worker('run1');
    const claim = { station: 'station1', id: '24:6f:28:00:00:01' };
    const { header } = await worker.lease('slot1');
    await worker.ask('claimUnit', { ...claim, slot: 'slot1' });
    await worker.commit(header);
    await assert.rejects(worker.ask('claimUnit', { ...claim, slot: 'slot2' }), /slot1 had passed by then/);
    await assert.rejects(worker.ask('claimUnit', { ...claim, slot: 'slot2' }), /slot1 had passed by then/);
    const warnings = currentRunFeed()?.warnings() ?? [];
    assert.equal(warnings.length, 1);
    assert.match(warnings.join(), /slot1 had passed by then: take that board out/);
  });

  test('has on disk who the board is before it is written, and keeps that for a worker that dies', async () => {
    const coordinator = await runs.start('run1');
    const dying = await runs.worker('run1');
    const { consoleLog } = await dying.lease('slot1');
    dying.tell({ station: 'station1', slot: 'slot1', type: 'device', device });
    await dying.ask('claimUnit', { station: 'station1', slot: 'slot1', id: device.mac ?? '' });
    await dying.ask('claimUnit', { station: 'station1', slot: 'slot1', id: device.mac ?? '' });
    assert.deepEqual(await typesOf('run1'), ['run', 'attempt-start', 'attempt-device']);
    dying.close();
    await coordinator.close();
    const [record] = await recordsOf('run1');
    assert.deepEqual(record?.device, device);
    assert.equal(record?.consoleLog, consoleLog);
    assert.match(consoleLog, /^console\/slot1-1\.log$/);
  });

  test('takes one record an attempt, and none for an attempt that is not open', async () => {
    await runs.start('run1');
    const worker = await runs.worker('run1');
    const { header } = await worker.lease('slot1');
    await worker.commit(header);
    await assert.rejects(worker.commit(header), /INTERNAL_ERROR: run1\/station1\/slot1\/1 is not open/);
    await assert.rejects(worker.commit({ ...header, attemptId: 'other' }), /other is not open/);
  });

  test('records an attempt whose worker ends it without a record', async () => {
    await runs.start('run1');
    const worker = await runs.worker('run1');
    const { header } = await worker.lease('slot1');
    await worker.ask('endLease', { attemptId: header.attemptId });
    const [record] = await recordsOf('run1');
    assert.equal(record?.failure?.message, 'the attempt ended without a record');
  });

  test('names the stations and slots that there are when it is asked for another one', async () => {
    await runs.start('run1');
    const worker = await runs.worker('run1');
    await assert.rejects(worker.lease('slot9'), /CONFIG_INVALID: station1 has no slot9; it has slot1, slot2/);
  });

  test('says why the bench did not start, in every lease of the station', async () => {
    const [first] = runs.station.slots;
    if (first) first.board = { ...first.board, chip: 'z80' };
    await runs.start('run1');
    const worker = await runs.worker('run1');
    const bench = /BENCH_FAILED: the bench of station1: it ended before it was ready\n[^]*z80/;
    await assert.rejects(worker.lease('slot1'), bench);
    await assert.rejects(worker.lease('slot2'), bench);
    const records = await recordsOf('run1');
    assert.deepEqual(
      records.map(({ outcome, failure }) => [outcome, failure?.code]),
      [
        ['error', 'BENCH_FAILED'],
        ['error', 'BENCH_FAILED'],
      ],
    );
  });

  test('tells its events and its records to the reporters of the process', async () => {
    const coordinator = await runs.start('run1');
    const feed = currentRunFeed();
    const seen: RunEvent['type'][] = [];
    feed?.onEvent(({ type }) => seen.push(type));
    const worker = await runs.worker('run1');
    const { header } = await worker.lease('slot1');
    worker.tell({ station: 'station1', slot: 'slot1', type: 'outcome', outcome: 'pass', seconds: 1 });
    await worker.commit(header);
    assert.deepEqual(seen, ['lease', 'outcome']);
    assert.deepEqual(
      feed?.records().map(({ attemptId }) => attemptId),
      [header.attemptId],
    );
    worker.close();
    await coordinator.close();
    assert.equal(feed?.runId, 'run1');
  });
});

/** The slot of a dead worker is free again a moment later. */
function leaseWhenFree(worker: TestWorker): Promise<Lease> {
  const lease = async () => {
    try {
      return await worker.lease('slot1');
    } catch (thrown) {
      if (String(thrown).includes('SLOT_BUSY')) return undefined;
      throw thrown;
    }
  };
  return pollUntil(lease, {
    intervalMs: 10,
    timeoutMs: 10_000,
    onTimeout: () => new Error('slot1 stays busy'),
  });
}

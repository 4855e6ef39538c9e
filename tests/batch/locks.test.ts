import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { acquireLock, lockHolder, lockSlot, type LockHolder } from '../../batch/locks.js';
import { processStart } from '../../batch/process-start.js';
import { RigError } from '../../core/errors.js';

const holderProgram = new URL('programs/lock-holder.ts', import.meta.url).pathname;
let root: string;
let runtimeFolder: string;
let count = 0;
const where = () => ({ runtimeFolder, station: 'station1', slot: 'slot1' });
const lockFiles = () => readdir(join(runtimeFolder, 'locks'));

before(async () => (root = await mkdtemp(join(tmpdir(), 'rig-locks-'))));
after(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  runtimeFolder = join(root, `${++count}`);
  await mkdir(join(runtimeFolder, 'locks'), { recursive: true });
});

function holderProcess(runId: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', holderProgram, runtimeFolder, runId]);
}

async function firstLine(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return chunk.toString().trim();
}

async function leaveStale(path: string, holder: Partial<LockHolder>): Promise<void> {
  const dead = {
    pid: process.pid,
    runId: 'dead',
    host: hostname(),
    processStart: '1',
    nonce: 'stale',
    ...holder,
  };
  await writeFile(path, JSON.stringify(dead));
}

describe('a slot lock', () => {
  test('refuses a second run, naming the first and its process, until it is given back', async () => {
    const lock = await lockSlot(where(), 'run1');
    await assert.rejects(lockSlot(where(), 'run2'), (thrown: unknown) => {
      assert.ok(thrown instanceof RigError);
      assert.equal(thrown.code, 'SLOT_BUSY');
      assert.match(thrown.message, new RegExp(`station1 slot1 is held by run run1 \\(pid ${process.pid}\\)`));
      return true;
    });
    await lock.release();
    await lock.release();
    await (await lockSlot(where(), 'run2')).release();
    assert.deepEqual(await lockFiles(), []);
  });

  test('is taken over from a process that was killed', async () => {
    const holder = holderProcess('run1');
    assert.equal(await firstLine(holder), 'held');
    const busy = new RegExp(`run run1 \\(pid ${holder.pid}\\)`);
    await assert.rejects(lockSlot(where(), 'run2'), busy);
    holder.kill('SIGKILL');
    await once(holder, 'close');
    const lock = await lockSlot(where(), 'run2');
    assert.equal((await lockHolder(lock.path))?.runId, 'run2');
    await lock.release();
    assert.deepEqual(await lockFiles(), []);
  });

  test('is taken over when another process has got the dead one’s number', async () => {
    const path = join(runtimeFolder, 'locks', 'station1-slot1.lock');
    await leaveStale(path, {});
    assert.equal(await lockHolder(path), undefined);
    await (await lockSlot(where(), 'run2')).release();
  });

  test('is taken over by exactly one of many', async () => {
    const path = join(runtimeFolder, 'locks', 'station1-slot1.lock');
    for (let round = 0; round < 20; round++) {
      await leaveStale(path, { nonce: `stale${round}` });
      const takers = Array.from({ length: 12 }, (_, n) => lockSlot(where(), `taker${n}`));
      const results = await Promise.allSettled(takers);
      const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      assert.equal(won.length, 1);
      await won[0]?.release();
      assert.deepEqual(await lockFiles(), []);
    }
  });

  test('is taken over by exactly one of several processes', async () => {
    await leaveStale(join(runtimeFolder, 'locks', 'station1-slot1.lock'), {});
    const takers = ['run1', 'run2', 'run3'].map(holderProcess);
    const said = await Promise.all(takers.map(firstLine));
    assert.equal(said.filter((line) => line === 'held').length, 1);
    assert.equal(said.filter((line) => line.startsWith('RigError: SLOT_BUSY')).length, 2);
    for (const taker of takers) taker.kill('SIGKILL');
  });

  test('is taken over although an earlier taker died half-way', async () => {
    const path = join(runtimeFolder, 'locks', 'station1-slot1.lock');
    await leaveStale(path, { nonce: 'first' });
    await leaveStale(`${path}.first`, { nonce: 'second' });
    await leaveStale(`${path}.first.second`, { nonce: 'third' });
    await (await lockSlot(where(), 'run2')).release();
    assert.deepEqual(await lockFiles(), []);
  });

  test('that a power cut left empty has no holder', async () => {
    await writeFile(join(runtimeFolder, 'locks', 'station1-slot1.lock'), '');
    await (await lockSlot(where(), 'run2')).release();
  });

  test('of another host counts as held, since its process cannot be seen', async () => {
    const path = join(runtimeFolder, 'locks', 'far.lock');
    await leaveStale(path, { host: `not-${hostname()}` });
    const onBusy = () => new RigError('SLOT_BUSY', 'held elsewhere');
    await assert.rejects(acquireLock(path, { runId: 'run2', onBusy }), /held elsewhere/);
  });

  test('that was taken over is not removed by its old holder', async () => {
    const old = await lockSlot(where(), 'run1');
    await rm(old.path);
    const lock = await lockSlot(where(), 'run2');
    await old.release();
    assert.equal((await lockHolder(lock.path))?.runId, 'run2');
    await lock.release();
  });
});

test('a process that ended but was not collected has no start', async () => {
  const child = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
  const zombie = Number(await firstLine(child));
  const { pollUntil } = await import('../../core/deadline.js');
  const gone = async () => ((await processStart(zombie)) === undefined ? true : undefined);
  const onTimeout = () => new Error(`process ${zombie} still counts as alive`);
  await pollUntil(gone, { intervalMs: 10, timeoutMs: 10_000, onTimeout });
  child.kill('SIGKILL');
  assert.ok(await processStart(process.pid));
});

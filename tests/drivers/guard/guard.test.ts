import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pollUntil } from '../../../core/deadline.js';
import type { LineBank } from '../../../bench/lines.js';
import { startGuard, type Guard } from '../../../drivers/guard/guard.js';
import { guardProcesses } from '../../../drivers/guard/guard-processes.js';
import type { LineAddress } from '../../../gpio/line.js';
import type { OutputAddress } from '../../../gpio/output.js';
import { serveBenchLines, type BenchLinesServer } from '../../gpio/bench-lines-server.js';
import { serveRelay } from '../power/relay.js';
import type { OwnerPlan, OwnerState } from './programs/guard-owner.js';

const lines: LineAddress[] = [
  { chip: 'bench', line: 0 },
  { chip: 'bench', line: 1, activeLow: true },
  { chip: 'bench', line: 2 },
];
const guarded = lines.map((address) => ({ address, safe: false }));
const allOff = (bank: LineBank) => lines.every((address) => !bank.isActive(address));
const allOn = (bank: LineBank) => lines.every((address) => bank.isActive(address));
const timeout = 60_000;

void test(
  'when the owner is killed, workers die and every line goes off and stays off',
  { timeout },
  async (t) => {
    const { server, log, owner, state } = await startOwner(t);
    assert.ok(allOn(server.bank));
    owner.kill('SIGKILL');
    const killedAt = performance.now();
    await server.until(allOff);
    t.diagnostic(`lines off ${Math.round(performance.now() - killedAt)} ms after SIGKILL of the owner`);
    await untilGone(state.guard);
    assert.ok(allOff(server.bank));
    assert.equal(isRunning(state.worker), false);
    const text = await readFile(log, 'utf8');
    assert.match(text, new RegExp(`the owner has died; killed ${state.worker}; `));
    assert.match(text, /ends after \d+ ms; 3 of 3 lines are safe\n$/);
  },
);

void test('a relay on the network is switched off too when the owner is killed', { timeout }, async (t) => {
  const relay = await serveRelay();
  t.after(() => relay.close());
  const { server, log, owner, state } = await startOwner(t, [relay.address]);
  assert.ok(relay.isOn());
  owner.kill('SIGKILL');
  await server.until(allOff);
  await relay.untilOff();
  await untilGone(state.guard);
  assert.equal(relay.isOn(), false);
  assert.match(await readFile(log, 'utf8'), /ends after \d+ ms; 4 of 4 lines are safe\n$/);
});

void test(
  'a relay that hangs is named, and its lines go off before it has had its time',
  { timeout },
  async (t) => {
    const { server, guard, log } = await startWatching(t);
    const relay = await serveRelay({ timeoutMs: 300 });
    t.after(() => relay.close());
    await guard.watch('relay', server.spec, [{ address: relay.address, safe: false }]);
    relay.hang();
    setOn(server);
    const off = server.until(allOff);
    const stopped = assert.rejects(guard.stop(), /1 of 4 lines safe: 127\.0\.0\.1:\d+\/relay\/0 \(LINE_LOST/);
    await off;
    assert.doesNotMatch(await readFile(log, 'utf8'), /stopped by its owner/);
    await stopped;
  },
);

void test(
  'another child of the owner that lives on does not keep the guard waiting',
  { timeout },
  async (t) => {
    const { server, owner, state } = await startOwner(t);
    owner.kill('SIGKILL');
    await server.until(allOff);
    await untilGone(state.guard);
    assert.equal(isRunning(state.bystander), true);
  },
);

void test(
  'a bench that is away when the owner dies is tried again until it is back',
  { timeout },
  async (t) => {
    const { server, log, owner, state } = await startOwner(t);
    await server.stop();
    owner.kill('SIGKILL');
    await pollUntil(async () => (/NOT SAFE/.test(await readFile(log, 'utf8')) ? true : undefined), {
      intervalMs: 20,
      timeoutMs: timeout,
      onTimeout: () => new Error('the guard never said that the lines are not safe'),
    });
    assert.ok(allOn(server.bank));
    await server.startAgain();
    await server.until(allOff);
    await untilGone(state.guard);
    assert.match(await readFile(log, 'utf8'), /3 of 3 lines are safe\n$/);
  },
);

void test('signals of a terminal or a service manager do not end the guard', { timeout }, async (t) => {
  const { server, guard } = await startWatching(t);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(-guard.pid, signal);
  setOn(server);
  const reports = await guard.makeSafe('slot1');
  assert.ok(reports.every(({ ok }) => ok));
  assert.ok(allOff(server.bank));
});

void test('the guard leads a session of its own', { timeout }, async (t) => {
  const { guard } = await startWatching(t);
  const [, , group, session] = statOf(guard.pid);
  assert.deepEqual([group, session], [String(guard.pid), String(guard.pid)]);
});

void test('watching changes no level, and an unwatched line is left alone', { timeout }, async (t) => {
  const { server, guard } = await startWatching(t);
  setOn(server);
  const changes = lines.map((address) => server.changesOf(address));
  await guard.watch('slot1', server.spec, guarded);
  await guard.unwatch('slot1');
  await guard.stop();
  assert.deepEqual(changes, [[], [], []]);
});

void test('a line that does not exist cannot be watched', { timeout }, async (t) => {
  const { server, guard } = await startWatching(t);
  const absent = [{ address: { chip: 'bench', line: 99 }, safe: false }];
  await assert.rejects(guard.watch('slot9', server.spec, absent), /LINE_NOT_FOUND/);
  await assert.rejects(guard.makeSafe('slot9'), /the guard watches no lines of 'slot9'/);
});

void test('one name is made safe without touching the others', { timeout }, async (t) => {
  const { server, guard } = await startWatching(t);
  await guard.watch('slot1', server.spec, guarded.slice(0, 1));
  await guard.watch('slot2', server.spec, guarded.slice(1));
  setOn(server);
  assert.deepEqual(await guard.makeSafe('slot2'), [
    { line: 'bench/1!', ok: true },
    { line: 'bench/2', ok: true },
  ]);
  assert.deepEqual(
    lines.map((address) => server.bank.isActive(address)),
    [true, false, false],
  );
});

void test('a safe value may be the active one', { timeout }, async (t) => {
  const { server, guard } = await startWatching(t);
  await guard.watch('clamp', server.spec, [{ address: lines[2] as LineAddress, safe: true }]);
  await guard.makeSafe('clamp');
  assert.equal(server.bank.isActive(lines[2] as LineAddress), true);
});

void test('stopping makes everything safe, ends the guard and is written down', { timeout }, async (t) => {
  const { server, guard, log } = await startWatching(t);
  setOn(server);
  await guard.stop();
  await guard.stop();
  assert.ok(allOff(server.bank));
  assert.equal(isRunning(guard.pid), false);
  assert.equal(guard.lost.aborted, false);
  assert.match(await readFile(log, 'utf8'), /stopped by its owner; 3 of 3 lines are safe\n$/);
});

void test('stopping says which lines could not be made safe', { timeout }, async (t) => {
  const { server, guard } = await startWatching(t);
  await server.stop();
  await assert.rejects(
    guard.stop(),
    /LINE_READBACK: .*3 of 3 lines safe: bench\/0, bench\/1!, bench\/2 \(LINE_LOST/,
  );
  assert.equal(isRunning(guard.pid), false);
});

void test('after the bench was started again its lines are reached again', { timeout }, async (t) => {
  const { server, guard } = await startWatching(t);
  await server.stop();
  assert.deepEqual(
    (await guard.makeSafe('slot1')).map(({ ok }) => ok),
    [false, false, false],
  );
  await server.startAgain();
  setOn(server);
  assert.ok((await guard.makeSafe('slot1')).every(({ ok }) => ok));
  assert.ok(allOff(server.bank));
});

void test(
  'a guard that died is known at once, and nothing is promised in its name',
  { timeout },
  async (t) => {
    const { guard } = await startWatching(t);
    process.kill(guard.pid, 'SIGKILL');
    if (!guard.lost.aborted) await once(guard.lost, 'abort');
    assert.match(String(guard.lost.reason), /GUARD_LOST/);
    await assert.rejects(guard.makeSafe('slot1'), /GUARD_LOST/);
    await assert.rejects(guard.stop(), /GUARD_LOST/);
  },
);

void test('a process that got the pid of a dead worker is not killed', async () => {
  const innocent = spawn('sleep', ['600'], { stdio: 'ignore' });
  try {
    let startTime = 'that of the worker';
    const processes = guardProcesses(() => startTime);
    processes.add(innocent.pid ?? 0);
    startTime = 'that of the innocent';
    assert.deepEqual(processes.killAll(), []);
    assert.equal(isRunning(innocent.pid ?? 0), true);
  } finally {
    innocent.kill('SIGKILL');
  }
});

void test('only registered processes that still live are killed', async () => {
  const [registered, removed] = [spawn('sleep', ['600']), spawn('sleep', ['600'])];
  const ended = spawn('true');
  await once(ended, 'exit');
  try {
    const processes = guardProcesses();
    for (const { pid } of [registered, removed, ended]) processes.add(pid ?? 0);
    processes.remove(removed.pid ?? 0);
    assert.deepEqual(processes.killAll(), [registered.pid]);
    const [, signal] = (await once(registered, 'exit')) as [number | null, string];
    assert.equal(signal, 'SIGKILL');
    assert.equal(isRunning(removed.pid ?? 0), true);
  } finally {
    for (const child of [registered, removed]) child.kill('SIGKILL');
  }
});

interface Watching {
  server: BenchLinesServer;
  guard: Guard;
  log: string;
}

async function startWatching(t: TestContext): Promise<Watching> {
  const { server, log } = await startServer(t);
  const guard = await startGuard({ log });
  t.after(() => guard.stop().catch(() => undefined));
  await guard.watch('slot1', server.spec, guarded);
  return { server, guard, log };
}

async function startServer(t: TestContext): Promise<{ server: BenchLinesServer; log: string }> {
  const server = await serveBenchLines(lines);
  const folder = await mkdtemp(join(tmpdir(), 'rig-guard-'));
  t.after(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { server, log: join(folder, 'guard.log') };
}

/** A process that owns a guard over lines that are on; what it started is ended after the test. */
async function startOwner(
  t: TestContext,
  others: readonly OutputAddress[] = [],
): Promise<{ server: BenchLinesServer; log: string; owner: ChildProcess; state: OwnerState }> {
  const { server, log } = await startServer(t);
  const plan: OwnerPlan = { spec: server.spec, lines: [...lines, ...others], log };
  const program = fileURLToPath(new URL('programs/guard-owner.ts', import.meta.url));
  const owner = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => owner.kill('SIGKILL'));
  const [text] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  const state = JSON.parse(text) as OwnerState;
  t.after(async () => {
    owner.kill('SIGKILL');
    await untilGone(state.guard);
    for (const pid of [state.worker, state.bystander]) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  return { server, log, owner, state };
}

function setOn(server: BenchLinesServer): void {
  for (const { chip, line, activeLow } of lines) server.bank.output(chip, line, activeLow ? 0 : 1);
}

function untilGone(pid: number): Promise<boolean> {
  return pollUntil(async () => (isRunning(pid) ? undefined : true), {
    intervalMs: 20,
    timeoutMs: 30_000,
    onTimeout: () => new Error(`process ${pid} has not ended`),
  });
}

/** A zombie, which waits for a parent that may never collect it, does not run any more. */
function isRunning(pid: number): boolean {
  const [state] = statOf(pid);
  return state !== undefined && state !== 'Z';
}

/** State, parent, group and session of the process; empty when there is none. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

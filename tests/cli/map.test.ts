import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { lockSlot } from '../../batch/locks.js';
import { exitCodeOf, type MapReport } from '../../cli/map.js';
import { pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectRpc } from '../../core/rpc.js';
import { startBench } from '../bench-by-hand.js';
import { cleanEnvironment } from '../clean-environment.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { runStation } from '../station/run.js';

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(rig: RigFolder, ...words: string[]) {
  const child: ChildProcess = spawn(process.execPath, ['cli/rig.js', 'map', rig.station, ...words], {
    env: { ...cleanEnvironment(), ...rig.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (text.stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (text.stderr += String(chunk)));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...text })));
  return { child, text, ended };
}

const map = (rig: RigFolder, ...words: string[]): Promise<Ended> => start(rig, ...words).ended;

async function rigWith(test: TestContext, options: Parameters<typeof makeRigFolder>[0]): Promise<RigFolder> {
  const rig = await makeRigFolder(options);
  test.after(() => rig.remove());
  return rig;
}

/** A bench by hand, whose lines can be looked at while and after a map. */
async function benchOf(test: TestContext, rig: RigFolder, env: Record<string, string> = {}) {
  const bench = await startBench({ ...rig, env: { ...rig.env, ...env } }, join(rig.folder, 'bench.out'));
  test.after(() => bench.stop());
  return bench.state;
}

const stationFile = (rig: RigFolder): string => join(rig.rigs, `${rig.station}.yaml`);

function pathsIn(text: string): string[] {
  return [...text.matchAll(/path: (\S+)/g)].map((match) => match[1] ?? '');
}

/** Names of the power lines that are on. */
async function poweredLines(socketPath: string): Promise<string[]> {
  const onLost = () => new RigError('BENCH_FAILED', 'the bench is gone');
  const client = await connectRpc(socketPath, { onLost });
  try {
    const lines = await client.request<{ use: string; direction: string; active: boolean }[]>('lines', {});
    return lines.flatMap(({ use, active }) => (active && use.endsWith('power') ? use : []));
  } finally {
    client.close();
  }
}

function waitFor(look: () => Promise<boolean> | boolean, what: string): Promise<true> {
  return pollUntil(async () => (await look()) || undefined, {
    timeoutMs: 20_000,
    intervalMs: 20,
    onTimeout: () => new Error(`waited in vain until ${what}`),
  });
}

describe('rig map', () => {
  it('writes the right file for a bench whose ports were shuffled, and a run then finds every board', async (test) => {
    const rig = await rigWith(test, { slots: 2 });
    const state = await benchOf(test, rig, { RIG_BENCH_SHUFFLE: '7' });
    const before = await readFile(stationFile(rig), 'utf8');
    const realOrder = Object.values(state.slots).map(({ serialPath }) => {
      const found = Object.entries(state.serialPorts).find(([, device]) => device === serialPath);
      return found?.[0] ?? '';
    });
    assert.notDeepEqual(pathsIn(before), realOrder, 'the seed shuffles nothing');

    const written = await map(rig, '--write', '--json');
    assert.equal(written.code, 0, written.stderr);
    const report = JSON.parse(written.stdout) as MapReport;
    assert.deepEqual(
      report.slots.map(({ state: each, found }) => [each, found]),
      realOrder.map((path, index) => [path === pathsIn(before)[index] ? 'as-written' : 'moved', path]),
    );
    const after = await readFile(stationFile(rig), 'utf8');
    assert.deepEqual(pathsIn(after), realOrder);
    const placeless = (text: string) => text.replace(/path: \S+/g, 'path:');
    assert.equal(placeless(after), placeless(before));
    assert.equal(await readFile(report.backup ?? '', 'utf8'), before);

    assert.equal((await map(rig)).code, 0);
    assert.deepEqual(await poweredLines(state.socketPath), []);
    const detect = await runStation(rig, ['detect']);
    assert.equal(detect.exitCode, 0, detect.output);
    assert.match(detect.output, /2 passed/);
  });

  it('reports a slot whose board is dead as unknown, and does not guess its port', async (test) => {
    const rig = await rigWith(test, { slots: 2, faults: [{ kind: 'dead', slots: ['slot2'] }] });
    const { code, stdout, stderr } = await map(rig, '--write');
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^slot1 +serial\.path +as the file says /m);
    assert.match(stdout, /^slot2 +serial\.path +unknown .*nothing answered: the nest is empty/m);
    assert.match(stdout, /nothing speaks against .*; slot2 did not answer: put a good board in/);
    assert.deepEqual(
      (await readdir(rig.rigs)).filter((name) => name.endsWith('.bak')),
      [],
    );
  });

  it('powers only the slots that it is told to, and says what it found without writing it', async (test) => {
    const rig = await rigWith(test, { slots: 2 });
    const { code, stdout, stderr } = await map(rig, '--only', 'slot2', '--write');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^slot1 +serial\.path +- .*was not asked for$/m);
    assert.match(stdout, /^bench1 is wired as .*bench1\.yaml says$/m);
    assert.doesNotMatch(stderr, /^slot1 /m);
  });

  it('refuses a slot that there is not', async (test) => {
    const rig = await rigWith(test, { slots: 2 });
    const { code, stderr } = await map(rig, '--only', 'slot9');
    assert.equal(code, 2);
    assert.match(stderr, /^CONFIG_INVALID: bench1 has no slot9 to map; it has slot1, slot2$/m);
  });

  it('ends with 0 only when every slot is, or has become, as the file says', () => {
    const slots: MapReport['slots'] = [];
    const unknown: MapReport['slots'][number] = {
      slot: 'a',
      key: 'serial.path',
      written: '1',
      state: 'unknown',
      why: '',
    };
    assert.equal(exitCodeOf({ state: 'proved', written: false, slots }), 0);
    assert.equal(exitCodeOf({ state: 'differs', written: false, slots }), 1);
    assert.equal(exitCodeOf({ state: 'differs', written: true, slots }), 0);
    assert.equal(exitCodeOf({ state: 'differs', written: true, slots: [unknown] }), 1);
    assert.equal(exitCodeOf({ state: 'unproved', written: false, slots: [unknown] }), 1);
    assert.equal(exitCodeOf({ state: 'conflict', written: false, slots }), 4);
  });

  it('is refused while a run has one of the slots, and disturbs nothing', async (test) => {
    const rig = await rigWith(test, { slots: 2 });
    const where = { runtimeFolder: rig.runtime, station: rig.station, slot: 'slot2' };
    const lock = await lockSlot(where, '20261120-101500');
    test.after(() => lock.release());
    const { code, stderr } = await map(rig, '--write');
    assert.equal(code, 4);
    assert.match(stderr, /^SLOT_BUSY: bench1 slot2 is held by run 20261120-101500/m);
    assert.doesNotMatch(stderr, /power on/);
  });

  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const) {
    it(`leaves no slot powered after ${signal}`, async (test) => {
      const rig = await rigWith(test, { slots: 2 });
      const { socketPath } = await benchOf(test, rig);
      const { child, text, ended } = start(rig);
      // Power that the map itself has switched on: the boards of a bench by hand have theirs before.
      await waitFor(() => text.stderr.includes('slot1  power on'), 'slot1 gets power');
      await waitFor(async () => (await poweredLines(socketPath)).includes('slot1 power'), 'its line is on');
      child.kill(signal);
      const { code, stdout } = await ended;
      assert.equal(code, exitCode);
      assert.equal(stdout, '');
      await waitFor(async () => (await poweredLines(socketPath)).length === 0, 'all is off');
    });
  }
});

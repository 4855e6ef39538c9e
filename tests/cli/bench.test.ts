import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStationBench } from '../../batch/station/station-bench.js';
import { processStart } from '../../batch/process-start.js';
import { pollUntil, withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectRpc } from '../../core/rpc.js';
import type { BenchState } from '../../rigs/bench.js';
import { makeStation } from '../batch/station.js';

const program = fileURLToPath(new URL('programs/bench-by-hand.ts', import.meta.url));

interface Command {
  pid: number;
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Output and exit code of the ended command. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function run(test: TestContext, ...args: string[]): Command {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  test.after(() => {
    child.kill('SIGKILL');
    return ended;
  });
  return { pid: child.pid ?? 0, output: () => stdout, kill: (signal) => child.kill(signal), ended };
}

async function makeFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-cli-bench-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function startByHand(
  test: TestContext,
  folder: string,
): Promise<{ command: Command; state: BenchState }> {
  const command = run(test, folder);
  await waitFor(() => command.output().includes('Ctrl-C ends it.'), 'the table');
  const text = await readFile(join(folder, 'bench-station1.json'), 'utf8');
  return { command, state: JSON.parse(text) as BenchState };
}

function waitFor(look: () => boolean | Promise<boolean>, what: string): Promise<true> {
  return pollUntil(async () => (await look()) || undefined, {
    timeoutMs: 10_000,
    intervalMs: 20,
    onTimeout: () => new Error(`waited in vain for ${what}`),
  });
}

/** A process that has ended but was not collected is not alive. */
async function isAlive(pid: number): Promise<boolean> {
  return (await processStart(pid)) !== undefined;
}

const onLost = () => new RigError('BENCH_FAILED', 'no bench');

describe('rig bench', () => {
  it('prints a row for each slot and two commands to try, and leaves its state for runs', async (test) => {
    const { command, state } = await startByHand(test, await makeFolder(test));
    const text = command.output();
    for (const [slot, { serialPath, rfc2217 }] of Object.entries(state.slots)) {
      assert.match(text, new RegExp(`^${slot} +esp32 +${serialPath} +${rfc2217} +- +-$`, 'm'));
    }
    assert.match(text, new RegExp(`^control socket {2}${state.socketPath}$`, 'm'));
    const port = state.slots['slot1'];
    assert.ok(
      text.includes(
        `esptool --chip esp32 --port ${port?.serialPath} --before no-reset --after no-reset flash-id`,
      ),
    );
    assert.ok(text.includes(`esptool --chip esp32 --port rfc2217://${port?.rfc2217} flash-id`));
    const client = await connectRpc(state.socketPath, { onLost });
    assert.deepEqual(await client.request('state', {}), state);
    client.close();
  });

  it('ends on SIGTERM with its bench, and takes its state away', async (test) => {
    const folder = await makeFolder(test);
    const { command, state } = await startByHand(test, folder);
    command.kill('SIGTERM');
    assert.equal((await command.ended).code, 0);
    assert.equal(await isAlive(state.pid), false);
    assert.equal(existsSync(join(folder, 'bench-station1.json')), false);
  });

  it('takes its bench with it when it is killed', async (test) => {
    const { command, state } = await startByHand(test, await makeFolder(test));
    command.kill('SIGKILL');
    await command.ended;
    await waitFor(async () => !(await isAlive(state.pid)), 'the end of the bench');
  });

  it('shows the lines of the bench that runs, as they are now', async (test) => {
    const folder = await makeFolder(test);
    const { state } = await startByHand(test, folder);
    const client = await connectRpc(state.socketPath, { onLost });
    await client.request('line.output', { chip: 'bench0', line: 8, level: 1 });
    client.close();
    const { code, stdout } = await run(test, folder, '--lines').ended;
    assert.equal(code, 0);
    assert.match(stdout, /^line +use +direction +level +state\n/);
    assert.match(stdout, /^bench0\/0 +slot1 power +in +0 +inactive$/m);
    assert.match(stdout, /^bench0\/8 +slot2 power +out +1 +active$/m);
    assert.match(stdout, /^bench0\/2 +slot1 reset +in +1 +inactive$/m);
  });

  it('refuses a second bench of the station, and lines of a bench that does not run', async (test) => {
    const folder = await makeFolder(test);
    const early = await run(test, folder, '--lines').ended;
    assert.equal(early.code, 1);
    assert.match(
      early.stderr,
      /^BENCH_FAILED: no bench of station1 runs; start it with `rig bench station1`, or a run of station1\n$/,
    );
    const { state } = await startByHand(test, folder);
    const second = await withDeadline(() => run(test, folder).ended, {
      timeoutMs: 10_000,
      onTimeout: () => new Error('the second bench stays'),
    });
    assert.equal(second.code, 1);
    assert.match(
      second.stderr,
      new RegExp(`^BENCH_FAILED: a bench of station1 runs already, pid ${state.pid};`),
    );
    assert.equal(await isAlive(state.pid), true);
  });
});

describe('rig bench --drive', () => {
  it('does what a person would do, and says what it did', async (test) => {
    const folder = await makeFolder(test);
    const { state } = await startByHand(test, folder);
    const edges: unknown[] = [];
    const client = await connectRpc(state.socketPath, { onLost, onNotify: (_op, args) => edges.push(args) });
    test.after(() => client.close());
    const lines = [0, 1, 2].map((line) => ({ chip: 'operator0', line }));
    for (const line of lines) await client.request('line.watch', line);
    const drives = ['lid=open', 'emergencyStop=pressed', 'start=press', 'bench0/1=1'];
    const { code, stdout, stderr } = await run(test, folder, '--drive', ...drives).ended;
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      [
        'lid=open (operator0/0 is 1)',
        'emergencyStop=pressed (operator0/1 is 0)',
        'start=press (operator0/2 is 1)',
        'bench0/1=1 (bench0/1 is 1)',
        '',
      ].join('\n'),
    );
    await client.request('state', {});
    assert.deepEqual(edges, [
      { ...lines[0], level: 1 },
      { ...lines[1], level: 0 },
      { ...lines[2], level: 0 },
      { ...lines[2], level: 1 },
    ]);
  });

  it('reaches the bench of the newest run as well', async (test) => {
    const folder = await makeFolder(test);
    const operator = { lid: { chip: 'operator0', line: 0, debounceMs: 20 }, waitSeconds: 600 };
    const station = { ...(await makeStation(folder)), operator };
    const resultsFolder = join(folder, 'results', 'latest');
    const bench = await openStationBench({ station, runtimeFolder: folder, resultsFolder });
    test.after(() => bench.stop());
    const { stdout, stderr } = await run(test, folder, '--drive', 'lid=open').ended;
    assert.equal(stdout, 'lid=open (operator0/0 is 0)\n', stderr);
  });

  it('moves nothing when it does not understand all, and names what there is', async (test) => {
    const folder = await makeFolder(test);
    await startByHand(test, folder);
    const outcomes = [
      [['lid=open', 'lid=ajar'], /^CONFIG_INVALID: --drive lid=ajar: lid can be open, closed\n$/],
      [['lit=open'], /: there are lid, emergencyStop, start, and the inputs bench0\/0, bench0\/1, /],
      [['bench0/0=on'], /: a line can be 0 or 1\n$/],
      [['bench0/0'], /^CONFIG_INVALID: --drive bench0\/0: there are lid/],
    ] as const;
    for (const [drives, message] of outcomes) {
      const { code, stderr } = await run(test, folder, '--drive', ...drives).ended;
      assert.equal(code, 1);
      assert.match(stderr, message);
    }
    assert.match((await run(test, folder, '--lines').ended).stdout, /^operator0\/0 +lid +in +0 +active$/m);
  });
});

describe('a bench whose ports are shuffled', () => {
  it('has the board of each slot at the path of another, for runs and by hand alike', async (test) => {
    const folder = await makeFolder(test);
    process.env['RIG_BENCH_SHUFFLE'] = '7';
    test.after(() => delete process.env['RIG_BENCH_SHUFFLE']);
    const [byHand, ofRun] = await Promise.all([
      startByHand(test, folder),
      makeStation(folder).then((station) =>
        openStationBench({ station, runtimeFolder: join(folder, 'other'), resultsFolder: folder }),
      ),
    ]);
    test.after(() => ofRun.stop());
    for (const { slots, serialPorts, shuffle } of [byHand.state, ofRun.state]) {
      assert.equal(shuffle, '7');
      assert.deepEqual(serialPorts, {
        '/dev/serial/by-path/1': slots['slot2']?.serialPath,
        '/dev/serial/by-path/2': slots['slot1']?.serialPath,
      });
    }
    await waitFor(() => /^slot2 +\/dev\/serial\/by-path\/1$/m.test(byHand.command.output()), 'the wiring');
  });
});

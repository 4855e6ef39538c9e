import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { benchStatePath } from '../batch/station/station-bench.js';
import { withDeadline } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { benchPlan, shuffleIn, type BenchState } from '../rigs/bench.js';
import { swapsIn, type BenchSwaps } from '../rigs/bench-swaps.js';
import { dealFaults } from '../rigs/fault-deal.js';
import type { Station } from '../rigs/types.js';
import { describeBench } from './describe-bench.js';
import { answer } from './output.js';
import { findRunningBench } from './running-bench.js';

export interface BenchCommandOptions {
  /** Folder of this project's sockets and states: see `core/runtime-folder.ts`. */
  runtimeFolder: string;
  env: NodeJS.ProcessEnv;
  /** Seed by which the ports are shuffled; that of the environment unless told. */
  shuffle?: string;
  /** How the virtual operator swaps boards; that of the environment unless told. */
  swaps?: BenchSwaps;
  /** Prints the state as JSON, in place of the table. */
  json?: boolean;
}

const startTimeoutMs = 30_000;
const endTimeoutMs = 3000;
const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * `rig bench <station>`: starts the station's virtual bench, prints how to reach its boards and keeps it until Ctrl-C or SIGTERM. Runs of
 * the station that start meanwhile use it. Throws BENCH_FAILED when it does not start or one runs already.
 */
export async function runBench(station: Station, options: BenchCommandOptions): Promise<void> {
  const { runtimeFolder, env } = options;
  const running = await findRunningBench(station.name, runtimeFolder);
  if (running) {
    throw new RigError(
      'BENCH_FAILED',
      `a bench of ${station.name} runs already, pid ${running.pid}; \`rig bench ${station.name} --lines\` shows its lines`,
    );
  }
  const interrupted = firstSignal();
  const statePath = benchStatePath(runtimeFolder, station.name);
  const child = fork('bench/main.ts', [await writePlan(station, options)], {
    // A session of its own: Ctrl-C comes to this process alone, which then ends the bench and clears up.
    detached: true,
    cwd: projectFolder,
    execArgv: ['--import', 'tsx'],
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  try {
    const state = await readState(station, child, ended);
    await writeWhole(statePath, JSON.stringify(state));
    answer(options.json, state, () => describeBench(state, station));
    const early = await Promise.race([interrupted.then(() => false), ended.then(() => true)]);
    if (early)
      throw new RigError('BENCH_FAILED', `the bench of ${station.name} ended by itself; see its bench.log`);
  } finally {
    await rm(statePath, { force: true });
    await endChild(child, ended);
  }
}

async function writePlan(
  station: Station,
  { runtimeFolder, env, shuffle, swaps }: BenchCommandOptions,
): Promise<string> {
  const folder = join(runtimeFolder, `bench-${station.name}`);
  const socketPath = join(runtimeFolder, `bench-${station.name}.sock`);
  await mkdir(folder, { recursive: true });
  const shuffling = shuffle === undefined ? shuffleIn(env) : { shuffle };
  const swapping = swaps === undefined ? swapsIn(env) : { swaps };
  const where = { socketPath, folder, byHand: true, ...shuffling, ...swapping };
  const plan = benchPlan(station, where, (slot, unit) => dealFaults(station, slot, { unit }));
  const path = join(folder, 'plan.json');
  await writeFile(path, JSON.stringify(plan, null, 2));
  return path;
}

function readState(station: Station, child: ChildProcess, ended: Promise<unknown>): Promise<BenchState> {
  const failed = (why: string): RigError =>
    new RigError('BENCH_FAILED', `the bench of ${station.name} ${why}`);
  const output = child.stdout;
  if (output === null) throw failed('has no output');
  const lines = createInterface(output);
  return withDeadline(
    async () => {
      try {
        const first = once(lines, 'line') as Promise<[string]>;
        const early = ended.then(() => Promise.reject(failed('ended before it was ready')));
        const [line] = await Promise.race([first, early]);
        return JSON.parse(line) as BenchState;
      } finally {
        lines.close();
      }
    },
    { timeoutMs: startTimeoutMs, onTimeout: () => failed(`was not ready within ${startTimeoutMs / 1000} s`) },
  );
}

/** A reader finds the whole file or none. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

async function endChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
  try {
    await ended;
  } finally {
    clearTimeout(timer);
  }
}

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectRpc } from '../../core/rpc.js';
import { benchPlan, shuffleIn, type BenchState } from '../../rigs/bench.js';
import { swapsIn } from '../../rigs/bench-swaps.js';
import { dealFaults } from '../../rigs/fault-deal.js';
import type { Station } from '../../rigs/types.js';
import { startBenchProcess } from './bench-process.js';
import { processStart } from '../process-start.js';

/** The virtual bench of one station while a run uses it. */
export interface StationBench {
  readonly state: BenchState;
  /** True when a person started it: it outlives the run. */
  readonly byHand: boolean;
  /** Ends the bench that the run started; may be called twice. */
  stop(): Promise<void>;
}

export interface StationBenchOptions {
  station: Station;
  runtimeFolder: string;
  /** Gets `bench.log` and the meters' files. */
  resultsFolder: string;
}

const answerTimeoutMs = 2000;

/** The bench that a person has started for the station, or a new one that ends with this process. Throws BENCH_FAILED. */
export async function openStationBench(options: StationBenchOptions): Promise<StationBench> {
  const state = await benchByHand(options);
  return state ? { state, byHand: true, stop: () => Promise.resolve() } : startBench(options);
}

/** Where a bench that was started by hand leaves its state for runs to find. */
export function benchStatePath(runtimeFolder: string, station: string): string {
  return join(runtimeFolder, `bench-${station}.json`);
}

async function benchByHand({ station, runtimeFolder }: StationBenchOptions): Promise<BenchState | undefined> {
  try {
    const path = benchStatePath(runtimeFolder, station.name);
    const written = JSON.parse(await readFile(path, 'utf8')) as BenchState;
    if ((await processStart(written.pid)) === undefined) return undefined;
    return await askState(written.socketPath);
  } catch {
    return undefined;
  }
}

async function askState(socketPath: string): Promise<BenchState> {
  const onLost = () => new RigError('BENCH_FAILED', `nobody answers on ${socketPath}`);
  const client = await connectRpc(socketPath, { onLost });
  try {
    const ask = () => client.request<BenchState>('state', {});
    return await withDeadline(ask, { timeoutMs: answerTimeoutMs, onTimeout: onLost });
  } finally {
    client.close();
  }
}

async function startBench(options: StationBenchOptions): Promise<StationBench> {
  const { station, runtimeFolder, resultsFolder } = options;
  const folder = join(resultsFolder, 'bench', station.name);
  await mkdir(folder, { recursive: true });
  await mkdir(runtimeFolder, { recursive: true });
  const socketPath = join(runtimeFolder, `bench-${randomBytes(4).toString('hex')}.sock`);
  const where = { socketPath, folder, byHand: false, ...shuffleIn(process.env), ...swapsIn(process.env) };
  const plan = benchPlan(station, where, (slot, unit) => dealFaults(station, slot, { unit }));
  const planPath = join(folder, 'plan.json');
  await writeFile(planPath, JSON.stringify(plan, null, 2));
  const bench = await startBenchProcess(station.name, planPath, join(folder, 'bench.log'));
  return { ...bench, byHand: false };
}

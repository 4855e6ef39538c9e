import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchStatePath } from '../batch/station/station-bench.js';
import { withDeadline } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { connectRpc, type RpcClient } from '../core/rpc.js';
import type { BenchPlan, BenchState } from '../rigs/bench.js';
import type { Station } from '../rigs/types.js';
import { formatColumns } from './columns.js';

const answerTimeoutMs = 2000;

/** Where benches that run leave their traces. */
export interface BenchPlaces {
  /** Folder of this project's sockets and states: see `core/runtime-folder.ts`. */
  runtimeFolder: string;
  /** Folder of all results: `RIG_RESULTS`. */
  results: string;
}

/** As the bench's socket reports a line. */
export interface BenchLine {
  chip: string;
  line: number;
  use: string;
  direction: 'in' | 'out';
  level: 0 | 1;
  active: boolean;
}

/** The bench of a station that a person has started, or undefined when none answers. */
export async function findRunningBench(
  station: string,
  runtimeFolder: string,
): Promise<BenchState | undefined> {
  try {
    const written = await readFile(benchStatePath(runtimeFolder, station), 'utf8');
    const { socketPath } = JSON.parse(written) as BenchState;
    return await askBench<BenchState>(socketPath, 'state');
  } catch {
    return undefined;
  }
}

/** The bench of a station that a person or the newest run has started. Throws BENCH_FAILED when none answers. */
export async function findAnyBench(
  station: string,
  { runtimeFolder, results }: BenchPlaces,
): Promise<BenchState> {
  const state = (await findRunningBench(station, runtimeFolder)) ?? (await benchOfRun(station, results));
  if (state) return state;
  throw new RigError(
    'BENCH_FAILED',
    `no bench of ${station} runs; start it with \`rig bench ${station}\`, or a run of ${station}`,
  );
}

/** A run leaves its bench's plan in its results. */
async function benchOfRun(station: string, results: string): Promise<BenchState | undefined> {
  try {
    const plan = await readFile(join(results, 'latest', 'bench', station, 'plan.json'), 'utf8');
    const { socketPath } = JSON.parse(plan) as BenchPlan;
    return await askBench<BenchState>(socketPath, 'state');
  } catch {
    return undefined;
  }
}

/** `rig bench <station> --lines`: the lines of the bench that runs, as they are now. Throws BENCH_FAILED when there is none. */
export async function benchLines(station: Pick<Station, 'name'>, places: BenchPlaces): Promise<BenchLine[]> {
  const { socketPath } = await findAnyBench(station.name, places);
  return askBench<BenchLine[]>(socketPath, 'lines');
}

/** What a person reads of lines. */
export function linesText(lines: readonly BenchLine[]): string {
  const rows = lines.map(({ chip, line, use, direction, level, active }) => [
    `${chip}/${line}`,
    use,
    direction,
    String(level),
    active ? 'active' : 'inactive',
  ]);
  return formatColumns(['line', 'use', 'direction', 'level', 'state'], rows);
}

/** Asks a bench one thing. Throws BENCH_FAILED when none answers on the socket, and what the bench throws. */
export async function askBench<T>(socketPath: string, op: string, args: object = {}): Promise<T> {
  const onLost = () => new RigError('BENCH_FAILED', `no bench answers on ${socketPath}`);
  let client: RpcClient | undefined;
  const answer = async (): Promise<T> => {
    client = await connectRpc(socketPath, { onLost });
    return client.request<T>(op, args);
  };
  try {
    return await withDeadline(answer, { timeoutMs: answerTimeoutMs, onTimeout: onLost });
  } finally {
    client?.close();
  }
}

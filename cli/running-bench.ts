import { readFile } from 'node:fs/promises';
import { benchStatePath } from '../batch/station-bench.js';
import { withDeadline } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { connectRpc, type RpcClient } from '../core/rpc.js';
import type { BenchState } from '../rigs/bench.js';
import type { Station } from '../rigs/types.js';
import { formatColumns } from './columns.js';

const answerTimeoutMs = 2000;

/** The bench of a station that a person has started, or undefined when none answers. */
export async function findRunningBench(
  station: string,
  runtimeFolder: string,
): Promise<BenchState | undefined> {
  try {
    const written = await readFile(benchStatePath(runtimeFolder, station), 'utf8');
    const { socketPath } = JSON.parse(written) as BenchState;
    return await ask<BenchState>(socketPath, 'state');
  } catch {
    return undefined;
  }
}

/** `rig bench <station> --lines`: the lines of the bench that runs by hand, as they are now. Throws BENCH_FAILED when there is none. */
export async function printBenchLines(
  station: Pick<Station, 'name'>,
  { runtimeFolder }: { runtimeFolder: string },
): Promise<void> {
  const state = await findRunningBench(station.name, runtimeFolder);
  if (state === undefined) {
    throw new RigError(
      'BENCH_FAILED',
      `no bench of ${station.name} runs; start it with \`rig bench ${station.name}\``,
    );
  }
  const lines = await ask<BenchLine[]>(state.socketPath, 'lines');
  const rows = lines.map(({ chip, line, use, direction, level, active }) => [
    `${chip}/${line}`,
    use,
    direction,
    String(level),
    active ? 'active' : 'inactive',
  ]);
  process.stdout.write(formatColumns(['line', 'use', 'direction', 'level', 'state'], rows));
}

/** As the bench's socket reports a line. */
interface BenchLine {
  chip: string;
  line: number;
  use: string;
  direction: 'in' | 'out';
  level: 0 | 1;
  active: boolean;
}

async function ask<T>(socketPath: string, op: string): Promise<T> {
  const onLost = () => new RigError('BENCH_FAILED', `no bench answers on ${socketPath}`);
  let client: RpcClient | undefined;
  const answer = async (): Promise<T> => {
    client = await connectRpc(socketPath, { onLost });
    return client.request<T>(op, {});
  };
  try {
    return await withDeadline(answer, { timeoutMs: answerTimeoutMs, onTimeout: onLost });
  } finally {
    client?.close();
  }
}

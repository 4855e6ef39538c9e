import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { connectRpc, type RpcClient } from '../../core/rpc.js';
import type { BenchPlan, BenchSlot, BenchState } from '../../rigs/bench.js';
import { slotWith } from './board-rig.js';

const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

/** A bench as its own process. */
export interface BenchProcess {
  state: BenchState;
  plan: BenchPlan;
  child: ChildProcessByStdio<Writable, Readable, null>;
  /** From the start of the process to its state. */
  startMs: number;
  /** Another connection to its socket. */
  connect(onNotify?: (op: string, args: unknown) => void): Promise<RpcClient>;
  log(): Promise<string>;
  /** Resolves with the exit code. */
  exited(): Promise<number | null>;
}

export async function startBenchProcess(
  test: TestContext,
  options: { slots?: BenchSlot[] } & Partial<Pick<BenchPlan, 'byHand' | 'swaps' | 'deal'>> = {},
): Promise<BenchProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-bench-'));
  const meter = { hwmon: '/sys/class/hwmon/hwmon3', volts: 'in1_input', amps: 'curr1_input' };
  const plan: BenchPlan = {
    station: 'station1',
    socketPath: join(folder, 'bench.sock'),
    folder: join(folder, 'files'),
    lines: 'own',
    byHand: false,
    ...options,
    slots: options.slots ?? [{ ...slotWith(), meter }],
  };
  const planPath = join(folder, 'plan.json');
  await writeFile(planPath, JSON.stringify(plan));
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', main, planPath], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  test.after(async () => {
    child.kill('SIGKILL');
    await exit;
    await rm(folder, { recursive: true, force: true });
  });
  const lines = createInterface(child.stdout);
  const [line] = await withDeadline(() => once(lines, 'line') as Promise<[string]>, {
    timeoutMs: 10_000,
    onTimeout: () => new Error('the bench did not print its state'),
  });
  const onLost = () => new RigError('LINE_LOST', 'the bench is gone');
  return {
    state: JSON.parse(line) as BenchState,
    plan,
    child,
    startMs: performance.now() - startedAt,
    connect: async (onNotify) => {
      const client = await connectRpc(plan.socketPath, { onLost, ...(onNotify && { onNotify }) });
      test.after(() => client.close());
      return client;
    },
    log: () => readFile(join(plan.folder, 'bench.log'), 'utf8'),
    exited: async () => {
      const [code] = await withDeadline(() => exit, {
        timeoutMs: 8000,
        onTimeout: () => new Error('the bench did not end'),
      });
      return code;
    },
  };
}

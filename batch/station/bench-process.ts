import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { BenchState } from '../../rigs/bench.js';

/** A bench that this process started. It ends when this process does. */
export interface BenchProcess {
  readonly state: BenchState;
  /** Lets the bench end, and kills it when it does not; may be called twice. */
  stop(): Promise<void>;
}

/** Many workers may start at the same time as the bench, on one slow processor. */
const startTimeoutMs = 30_000;
const endTimeoutMs = 3000;
const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Starts `bench/main.ts` on a plan and waits until it says where everything is. What it writes on its error output goes to
 * the end of `logPath`. Throws BENCH_FAILED with the last of that.
 */
export async function startBenchProcess(
  station: string,
  planPath: string,
  logPath: string,
): Promise<BenchProcess> {
  const log = await open(logPath, 'a');
  // A session of its own: Ctrl-C in the terminal must not take the boards away from a run that is still switching them off.
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/main.ts', planPath], {
    cwd: projectFolder,
    detached: true,
    stdio: ['pipe', 'pipe', log.fd],
  });
  await log.close();
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // The pipe is the bench's leash: it stays open for as long as this process lives, and must not keep it alive.
  const leash = child.stdin as Socket;
  const stdout = child.stdout as Readable;
  leash.on('error', () => undefined);
  const stop = async () => {
    leash.end();
    const waited = new AbortController();
    await Promise.race([
      ended,
      delay(endTimeoutMs, undefined, { signal: waited.signal }).catch(() => undefined),
    ]);
    waited.abort();
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
  };
  try {
    const state = await withDeadline(() => stateLine(stdout, ended), {
      timeoutMs: startTimeoutMs,
      onTimeout: () => new RigError('BENCH_FAILED', `it was not ready within ${startTimeoutMs / 1000} s`),
    });
    stdout.destroy();
    child.unref();
    leash.unref();
    let stopping: Promise<void> | undefined;
    return { state, stop: () => (stopping ??= stop()) };
  } catch (thrown) {
    child.kill('SIGKILL');
    await ended;
    throw await benchFailed(station, thrown, logPath);
  }
}

async function stateLine(stdout: Readable, ended: Promise<void>): Promise<BenchState> {
  const lines = createInterface(stdout);
  try {
    const line = once(lines, 'line').then(([text]) => JSON.parse(text as string) as BenchState);
    const early = ended.then(() => {
      throw new RigError('BENCH_FAILED', 'it ended before it was ready');
    });
    return await Promise.race([line, early]);
  } finally {
    lines.close();
  }
}

async function benchFailed(station: string, thrown: unknown, logPath: string): Promise<RigError> {
  const why = thrown instanceof Error ? thrown.message.replace(/^BENCH_FAILED: /, '') : String(thrown);
  const lines = (await readFile(logPath, 'utf8')).trim().split('\n');
  const said = lines
    .filter((line) => !/^\s+at /.test(line))
    .slice(-8)
    .join('\n');
  return new RigError('BENCH_FAILED', `the bench of ${station}: ${why}\n${said}`.trim(), { cause: thrown });
}

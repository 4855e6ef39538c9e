import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';

export interface Timed {
  seconds: number;
  exitCode: number;
  /** Largest resident set of any Playwright worker below the command, in bytes; 0 when there was none. */
  workerBytes: number;
}

export interface TimedOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** File that gets the command's output. */
  log: string;
  /** Watches the memory of Playwright workers below the command. */
  watchWorkers?: boolean;
  timeoutMs?: number;
}

/** Runs a command to its end and takes its wall time. */
export async function timed(command: string, args: string[], options: TimedOptions): Promise<Timed> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 180_000,
  });
  const log = createWriteStream(options.log, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  let workerBytes = 0;
  const sample = async () => {
    for (const bytes of await workerMemory(child.pid ?? 0)) workerBytes = Math.max(workerBytes, bytes);
  };
  const timer = options.watchWorkers ? setInterval(() => void sample(), 200) : undefined;
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? -1));
    });
    return { seconds: (performance.now() - started) / 1000, exitCode, workerBytes };
  } finally {
    clearInterval(timer);
    log.end();
  }
}

/** Peak resident bytes of each Playwright worker among the descendants of `root`. */
async function workerMemory(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    if (parent !== undefined) parents.set(pid, Number(parent));
  }
  const below = pids.filter((pid) => descends(pid, root, parents));
  const peaks = await Promise.all(below.map(workerPeak));
  return peaks.filter((bytes) => bytes > 0);
}

function descends(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
    if (at === root && pid !== root) return true;
  }
  return false;
}

async function workerPeak(pid: number): Promise<number> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!/playwright\/lib\/.*worker/i.test(command)) return 0;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

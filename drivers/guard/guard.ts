import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { rpcClientOver, type RpcStreams } from '../../core/rpc.js';
import { driveTimeoutMs } from './drive-timeout.js';
import type { GuardedLine, GuardOps, SafetyReport } from './guard-protocol.js';
import type { LineBackendSpec } from '../../gpio/line.js';
import { unsafeText } from './unsafe-text.js';

/**
 * The owner's side of the guard: a process of its own that switches everything off when the owner dies, however it dies. Every
 * call throws GUARD_LOST once the guard is gone; nothing may be energised then.
 */
export interface Guard {
  readonly pid: number;
  /** Aborted, with GUARD_LOST as its reason, when the guard ended without having been stopped. */
  readonly lost: AbortSignal;
  /**
   * From when it resolves, these lines are driven to their safe values if the owner dies. Watching changes no level. A name that is
   * already watched gets the new lines. Throws as opening the lines does.
   */
  watch(name: string, spec: LineBackendSpec, lines: readonly GuardedLine[]): Promise<void>;
  unwatch(name: string): Promise<void>;
  /** Drives the lines of that name safe now and reads them back; a line that does not follow is reported, not thrown. */
  makeSafe(name: string): Promise<SafetyReport[]>;
  /** A process that is killed first if the owner dies, so that it cannot switch anything on again. */
  addProcess(pid: number): Promise<void>;
  removeProcess(pid: number): Promise<void>;
  /** Makes everything safe and ends the guard; may be called twice. Throws LINE_READBACK naming the lines that are not safe. */
  stop(): Promise<void>;
}

/** Beside the time that outputs may take. */
const answerMs = 10_000;
const endTimeoutMs = 3000;

/**
 * Starts the guard. Neither it nor its connection keeps the owner alive; an owner that ends without `stop` is treated as dead.
 * `log` is a file that gets one line for what the guard did, and its last words if it crashes.
 */
export async function startGuard(options: { log?: string } = {}): Promise<Guard> {
  const log = options.log === undefined ? undefined : resolve(options.log);
  const { child, streams } = spawnGuard(log);
  const { pid = 0 } = child;
  const guardLost = () =>
    new RigError('GUARD_LOST', `the guard process (pid ${pid}) is gone${log ? `; ${log} may say why` : ''}`);
  const ended = new Promise<void>((settle) => {
    child.once('exit', () => settle());
    child.once('error', () => settle());
  });
  const client = rpcClientOver(streams, { onLost: guardLost });
  const lost = new AbortController();
  let stopping: Promise<void> | undefined;
  client.closed.addEventListener('abort', () => {
    if (stopping === undefined) lost.abort(guardLost());
  });

  /** What is lost is tried twice; all are driven at the same time. */
  let slowestDriveMs = 0;
  const ask = <Op extends keyof GuardOps>(op: Op, args: GuardOps[Op]['args']) => {
    const timeoutMs = answerMs + 2 * slowestDriveMs;
    return withDeadline(() => client.request<GuardOps[Op]['answer']>(op, args), {
      timeoutMs,
      onTimeout: () => new RigError('GUARD_LOST', `the guard did not answer '${op}' within ${timeoutMs} ms`),
    });
  };
  const end = async () => {
    const onTimeout = () => new RigError('GUARD_LOST', `the guard did not end within ${endTimeoutMs} ms`);
    try {
      await withDeadline(() => ended, { timeoutMs: endTimeoutMs, onTimeout });
    } finally {
      child.kill('SIGKILL');
      client.close();
    }
  };
  const stop = async () => {
    const reports = await ask('stop', null);
    await end();
    assertAllSafe(reports);
  };

  try {
    await ask('ready', null);
  } catch (thrown) {
    child.kill('SIGKILL');
    throw thrown;
  }
  return {
    pid,
    lost: lost.signal,
    async watch(name, spec, lines) {
      slowestDriveMs = Math.max(slowestDriveMs, ...lines.map(({ address }) => driveTimeoutMs(address)));
      await ask('watch', { name, spec, lines: [...lines] });
    },
    unwatch: async (name) => void (await ask('unwatch', { name })),
    makeSafe: (name) => ask('makeSafe', { name }),
    addProcess: async (worker) => void (await ask('addProcess', { pid: worker })),
    removeProcess: async (worker) => void (await ask('removeProcess', { pid: worker })),
    stop: () => (stopping ??= stop()),
  };
}

/**
 * In a session of its own, so that no signal of the terminal reaches it. The pipes are close-on-exec (libuv makes them so): no other
 * child of the owner holds the end whose closing tells of the owner's death.
 */
function spawnGuard(log: string | undefined): { child: ChildProcess; streams: RpcStreams } {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = fileURLToPath(new URL('guard-main.ts', import.meta.url));
  // Options for the owner's node, such as a debugger's port, are not for this one.
  const env = { ...process.env, NODE_OPTIONS: '' };
  const lastWords = log === undefined ? 'ignore' : openSync(log, 'a');
  try {
    const child = spawn(process.execPath, ['--import', loader, main, ...(log === undefined ? [] : [log])], {
      cwd: '/',
      env,
      detached: true,
      stdio: ['pipe', 'pipe', lastWords],
    });
    const { stdin: output, stdout: input } = child;
    if (output === null || input === null) throw new RigError('GUARD_LOST', 'the guard process has no pipes');
    child.unref();
    for (const pipe of [output, input]) if (pipe instanceof Socket) pipe.unref();
    return { child, streams: { input, output } };
  } finally {
    if (typeof lastWords === 'number') closeSync(lastWords);
  }
}

function assertAllSafe(reports: readonly SafetyReport[]): void {
  const failed = reports.filter(({ ok }) => !ok).length;
  if (failed === 0) return;
  const what = `the guard could not make ${failed} of ${reports.length} lines safe: ${unsafeText(reports)}`;
  throw new RigError('LINE_READBACK', what);
}

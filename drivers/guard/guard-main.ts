import { appendFileSync } from 'node:fs';
import { RigError } from '../../core/errors.js';
import { servePeer } from '../../core/rpc.js';
import { guardLines, type DriveTimes } from './guard-lines.js';
import { guardProcesses } from './guard-processes.js';
import type { GuardOps, SafetyReport } from './guard-protocol.js';
import { unsafeText } from './unsafe-text.js';

// The guard process: `node --import tsx drivers/guard/guard-main.ts [log file]`, started by guard.ts. It serves its owner over standard
// input and output; when the input ends without `stop`, the owner has died, and every watched line is driven safe.

/** What does not follow at first is tried for some seconds more. */
const driveTimes: DriveTimes = { atMs: [0, 100, 250, 500, 1000], retryForMs: 5000, retryEveryMs: 200 };

const logFile = process.argv[2];
const lines = guardLines();
const processes = guardProcesses();
let stopping = false;

process.title = 'rigwright-guard';
// What kills a run must not kill what cleans up after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => log(`ignored ${signal}`));
process.on('uncaughtException', (error) => log(`went on after: ${error.stack ?? error.message}`));

const ops: { [op in keyof GuardOps]: (args: GuardOps[op]['args']) => Promise<GuardOps[op]['answer']> } = {
  ready: async () => null,
  async watch({ name, spec, lines: wanted }) {
    await lines.watch(name, spec, wanted);
    return null;
  },
  async unwatch({ name }) {
    await lines.unwatch(name);
    return null;
  },
  makeSafe: ({ name }) => lines.makeSafe(name),
  async addProcess({ pid }) {
    processes.add(pid);
    return null;
  },
  async removeProcess({ pid }) {
    processes.remove(pid);
    return null;
  },
  async stop() {
    stopping = true;
    const reports = await lines.makeAllSafe();
    log(`stopped by its owner; ${summaryOf(reports)}`);
    setImmediate(() => void end());
    return reports;
  },
};

const owner = servePeer({ input: process.stdin, output: process.stdout }, (op, args) => {
  if (!(op in ops)) throw new RigError('INTERNAL_ERROR', `the guard knows no '${op}'`);
  return (ops[op as keyof GuardOps] as (args: unknown) => Promise<unknown>)(args);
});
owner.closed.addEventListener('abort', () => void (stopping || afterOwner()));

async function afterOwner(): Promise<void> {
  const began = performance.now();
  const sinceMs = () => Math.round(performance.now() - began);
  const killed = processes.killAll();
  const { first, last } = lines.keepMakingSafe(driveTimes);
  const before = summaryOf(await first);
  log(`the owner has died; killed ${killed.join(', ') || 'no process'}; ${before} after ${sinceMs()} ms`);
  const after = summaryOf(await last);
  log(`ends after ${sinceMs()} ms; ${after}`);
  await end();
}

async function end(): Promise<void> {
  await lines.close().catch((error: unknown) => log(`closing failed: ${String(error)}`));
  process.exit();
}

function summaryOf(reports: readonly SafetyReport[]): string {
  const unsafe = unsafeText(reports);
  const safe = `${reports.filter(({ ok }) => ok).length} of ${reports.length} lines are safe`;
  return unsafe === '' ? safe : `${safe}; NOT SAFE: ${unsafe}`;
}

function log(text: string): void {
  if (logFile === undefined) return;
  try {
    appendFileSync(logFile, `${new Date().toISOString()} guard ${process.pid}: ${text}\n`);
  } catch {
    // Nobody is left to be told, and the lines matter more.
  }
}

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openOutputs } from '../../../../drivers/power/open-outputs.js';
import { startGuard } from '../../../../drivers/guard/guard.js';
import type { LineBackendSpec } from '../../../../gpio/line.js';
import type { OutputAddress } from '../../../../gpio/output.js';

/** What the test tells this program, as JSON in its first argument. */
export interface OwnerPlan {
  spec: LineBackendSpec;
  lines: OutputAddress[];
  log: string;
}

/** What this program prints, as one line of JSON, once all lines are active and watched. */
export interface OwnerState {
  guard: number;
  worker: number;
  bystander: number;
}

// Stands for a run: it has a guard, a worker that keeps switching the lines on, and a child that outlives it.
const plan = JSON.parse(process.argv[2] ?? '') as OwnerPlan;
const guard = await startGuard({ log: plan.log });
await guard.watch(
  'slot1',
  plan.spec,
  plan.lines.map((address) => ({ address, safe: false })),
);
const workerProgram = fileURLToPath(new URL('eager-worker.ts', import.meta.url));
const worker = spawn(process.execPath, ['--import', 'tsx', workerProgram, JSON.stringify(plan)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const bystander = spawn('sleep', ['600'], { stdio: ['ignore', 'inherit', 'inherit'] });
await new Promise((resolve) => worker.stdout.once('data', resolve));
await guard.addProcess(worker.pid ?? 0);
const backend = await openOutputs(plan.spec);
for (const address of plan.lines) await backend.openOutput(address, { initial: true });
const state: OwnerState = { guard: guard.pid, worker: worker.pid ?? 0, bystander: bystander.pid ?? 0 };
process.stdout.write(`${JSON.stringify(state)}\n`);
setInterval(() => undefined, 60_000);

import { startGuard } from '../../../drivers/guard/guard.js';
import { openBackend } from '../../../gpio/backend.js';
import type { LineAddress, LineBackendSpec } from '../../../gpio/line.js';

/** What the test tells this program, as JSON in its first argument. */
export interface HolderPlan {
  lines: { spec: LineBackendSpec; address: LineAddress }[];
  /** With it a guard watches the lines, and writes this file. */
  log?: string;
}

/** What this program prints, as one line of JSON, once all lines are driven active. */
export interface HolderState {
  /** Pid of the guard. */
  guard?: number;
}

// Drives lines active, says so, and waits to be killed.
const { lines, log } = JSON.parse(process.argv[2] ?? '') as HolderPlan;
const guard = log === undefined ? undefined : await startGuard({ log });
for (const [index, { spec, address }] of lines.entries()) {
  await guard?.watch(`line${index}`, spec, [{ address, safe: false }]);
  const backend = await openBackend(spec);
  await backend.openOutput(address, { initial: true });
}
const state: HolderState = guard === undefined ? {} : { guard: guard.pid };
process.stdout.write(`${JSON.stringify(state)}\n`);
setInterval(() => undefined, 60_000);

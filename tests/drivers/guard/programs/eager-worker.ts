import { setTimeout as delay } from 'node:timers/promises';
import { openOutputs } from '../../../../drivers/power/open-outputs.js';
import type { OwnerPlan } from './guard-owner.js';

// Stands for a worker in the middle of its work: whatever anyone else does, it switches its lines on again for as long as there are any.
const plan = JSON.parse(process.argv[2] ?? '') as OwnerPlan;
const backend = await openOutputs(plan.spec);
const lines = await Promise.all(plan.lines.map((address) => backend.openOutput(address, { initial: true })));
process.stdout.write('on\n');
for (;;) {
  try {
    await Promise.all(lines.map((line) => line.write(true)));
  } catch {
    process.exit();
  }
  await delay(5);
}

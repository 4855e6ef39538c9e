import { once } from 'node:events';
import { drive, runsUnderTest } from '../../run-under-test.js';

/** A run that powers both of its slots, says so, and goes on until it is killed. Its folders are given, so that they outlive it. */
const root = process.argv[2] ?? '';
const runs = await runsUnderTest({ root });
await runs.start('run1');
const worker = await runs.worker('run1');
for (const slot of ['slot1', 'slot2']) {
  const lease = await worker.lease(slot);
  await drive(lease.gpio, lease.slot.power, true);
}
process.stdout.write('powered\n');
await once(process.stdin, 'end');

import { lockSlot } from '../../../batch/locks.js';

/** Takes station1 slot1, says so, and holds it until it is killed. */
const [runtimeFolder = '', runId = ''] = process.argv.slice(2);
try {
  await lockSlot({ runtimeFolder, station: 'station1', slot: 'slot1' }, runId);
  process.stdout.write('held\n');
  setInterval(() => undefined, 1000);
} catch (thrown) {
  process.stdout.write(`${String(thrown)}\n`);
}

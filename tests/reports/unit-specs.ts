/** Specs for tiny projects: what three slots could do. */
export const mixedSpec = `
import { ended, passed, RigError, test, unit } from './unit.js';
unit('slot1', async ({ header, tell, commit }) => {
  tell({ type: 'step', step: 'flash', state: 'begin' });
  for (const done of [0, 500000, 1000000]) tell({ type: 'progress', doneBytes: done, totalBytes: 1000000 });
  tell({ type: 'step', step: 'flash', state: 'end', result: 'pass' });
  await commit(passed(header));
});
unit('slot2', async ({ header, commit }) => {
  console.log('a word from slot2');
  const measurements = [
    { name: 'heap_free', value: 9000, unit: 'bytes', limits: { min: 40000 }, result: 'fail', step: 'memory' },
  ];
  const message = 'heap_free 9000 bytes, limits ≥ 40000';
  await commit(ended('CHECK_LIMIT', { step: 'memory', message }, { ...header, measurements }));
  throw new RigError('CHECK_LIMIT', message);
});
unit('slot3', async ({ header, commit }) => {
  await commit(ended('PORT_LOST', { step: 'flash', message: '/dev/pts/4 went away' }, header));
  throw new RigError('PORT_LOST', '/dev/pts/4 went away');
});
unit('slot9', async () => undefined);
test('no unit', () => {
  process.stdout.write('no line end');
  throw new Error('a plain failure');
});
`;

/** slot1 fails at first and passes when it is tested again. */
export const flakySpec = `
import { test } from '@playwright/test';
import { ended, passed, RigError, unit } from './unit.js';
unit('slot1', async ({ header, commit }) => {
  if (header.attempt === 2) return commit(passed(header));
  const { device: _unknown, ...silent } = ended('DUT_SILENT', { step: 'detect', message: 'no answer' }, header);
  await commit(silent);
  throw new RigError('DUT_SILENT', 'no answer');
});
`;

/** slot1 fails, and somebody puts another board into its nest before it is tested again. */
export const swappedSpec = `
import { ended, passed, RigError, unit } from './unit.js';
const another = { chip: 'esp32', description: 'ESP32-D0WD-V3', mac: '24:6f:28:00:00:99' };
unit('slot1', async ({ header, commit }) => {
  if (header.attempt === 2) return commit(passed({ ...header, device: another }));
  await commit(ended('CHECK_LIMIT', { step: 'memory', message: 'heap_free 9000' }, header));
  throw new RigError('CHECK_LIMIT', 'heap_free 9000');
});
`;

/** A worker that is killed in the middle of its attempt, and one whose record says less than its errors. */
export const oddSpec = `
import { passed, ended, RigError, unit } from './unit.js';
unit('slot1', async ({ tell }) => {
  tell({ type: 'step', step: 'flash', state: 'begin' });
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
});
unit('slot2', async ({ header, commit }) => {
  await commit(passed(header));
  throw new Error('the tear-down went wrong');
});
`;

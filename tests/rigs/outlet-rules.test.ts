import { test } from 'node:test';
import { assertProblems, loadTinyRig } from './tiny-rig.js';

test('what an outlet answers has to be a regular expression that proves something', async (t) => {
  const outlet = (active: string, inactive: string) =>
    `{ http: { on: { url: "http://r/on" }, off: { url: "http://r/off" }, read: { url: "http://r/", active: '${active}', inactive: '${inactive}' } } }`;
  const rig = await loadTinyRig(t, {
    'rigs/station1.yaml': [['{ chip: relays, line: 2 }', outlet('ison(', 'x*')]],
  });
  const place = { file: 'station1.yaml', path: 'slots[1].power.http.read' };
  assertProblems(rig, [
    { ...place, path: `${place.path}.active`, at: "'ison('", says: ['"ison("', 'not a regular expression'] },
    { ...place, path: `${place.path}.inactive`, at: "'x*'", says: ['matches when nothing was printed'] },
  ]);
});

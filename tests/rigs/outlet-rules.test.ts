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

test('a hub port that resets an adapter feeds nothing else that is switched', async (t) => {
  const ofSlot2 = { adapter: '{ port: 2, hub: 1-1.3 }', power: '{ hub: "1-1.3", port: 2 }' };
  const rig = await loadTinyRig(t, {
    'rigs/station1.yaml': [
      [
        'path: /dev/serial/by-path/one, baudRate: 115200',
        'path: /dev/serial/by-path/one, hubPort: { hub: 1-1.3, port: 2 }',
      ],
      ['path: /dev/serial/by-path/two', `path: /dev/serial/by-path/two, hubPort: ${ofSlot2.adapter}`],
      ['power: { chip: relays, line: 2 }', `power: ${ofSlot2.power}`],
    ],
  });
  const says = ['USB hub 1-1.3 port 2 is already the adapter’s hub port of slot1', 'one of its own'];
  const file = 'station1.yaml';
  assertProblems(rig, [
    { file, path: 'slots[1].serial.hubPort', at: ofSlot2.adapter, says },
    { file, path: 'slots[1].power', at: ofSlot2.power, says },
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeBench } from '../../cli/describe-bench.js';
import type { BenchState } from '../../rigs/bench.js';
import { loadRig } from '../../rigs/load-rig.js';

const ports = { http: 8080, ota: 3232, ssh: 2222, console: 2323 };

/** What `rig bench` prints for a station as it is shipped, with ports made up. */
async function described(name: string, more: Partial<BenchState> = {}): Promise<string> {
  const { stations } = await loadRig('rigs', { stations: [name] });
  const [station] = stations;
  assert(station);
  const slots = station.slots.map(({ id }, index) => {
    const host = `127.64.0.${index + 1}`;
    const place = {
      serialPath: `/dev/pts/${index}`,
      rfc2217: `127.0.0.1:400${index}`,
      drive: '/drives/pico',
    };
    return [id, { ...place, network: { host, ports } }] as const;
  });
  const state = {
    station: name,
    pid: 1,
    socketPath: '/bench.sock',
    slots: Object.fromEntries(slots),
    serialPorts: { '/dev/serial/by-path/1': '/dev/pts/1', '/dev/serial/by-path/2': '/dev/pts/0' },
    bootDrives: {},
    relays: {},
  };
  return describeBench({ ...state, ...more }, station);
}

test('each kind of board on the network has a line to type, with its user and without its password', async () => {
  const text = await described('network');
  for (const line of [
    '  curl --user admin http://127.64.0.1:8080/info',
    '  curl --user admin --form firmware=@app.bin http://127.64.0.1:8080/update',
    '  espota.py --ip 127.64.0.2 --port 3232 --auth … --file app.bin',
    '  ssh -p 2222 root@127.64.0.3',
  ])
    assert(text.includes(`${line}\n`), `no "${line}" in ${text}`);
  assert(!text.includes('factory-default'));
});

test('each kind of board with a loader has a line to type', async () => {
  const text = await described('station2');
  for (const line of [
    /^ {2}esptool --chip esp32 --port \/dev\/pts\/0 .* flash-id$/m,
    /^ {2}avrdude -c arduino -p m328p -P \/dev\/pts\/\d /m,
    /^ {2}stm32flash -m 8n1 \/dev\/pts\/\d$/m,
    /^ {2}cat \/drives\/pico\/INFO_UF2\.TXT$/m,
  ])
    assert.match(text, line);
});

test('of shuffled ports it says where each board is', async () => {
  const text = await described('station1', { shuffle: '7' });
  assert.match(text, /^The ports are shuffled by the seed 7;/m);
  assert.match(text, /^slot2 +\/dev\/serial\/by-path\/1$/m);
  assert.match(text, /^slot1 +\/dev\/serial\/by-path\/2$/m);
  assert.doesNotMatch(await described('station1'), /shuffled/);
});

test('of relays and of instruments on the network it says where they are', async () => {
  const scpi = { host: '127.64.0.9', port: 5025 };
  const slots = { slot1: { serialPath: '/dev/pts/0', rfc2217: '127.0.0.1:4000', scpi } };
  const text = await described('station1', {
    slots,
    relays: { 'http://192.168.40.9': 'http://127.64.0.8:8080' },
  });
  assert.match(text, /^slot1 .* 127\.64\.0\.9:5025$/m);
  assert.match(text, /^relay http:\/\/192\.168\.40\.9 is http:\/\/127\.64\.0\.8:8080$/m);
});

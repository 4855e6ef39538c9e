import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { makeBoard, quickProgram, smallRelease, type BoardRig } from './board-rig.js';

const ready = /Factory test console ready.*\n/;

describe('the factory test firmware on a board', () => {
  let rig: BoardRig;

  before(async () => {
    rig = await makeBoard({ images: smallRelease() });
    rig.power(true);
    await rig.host.until(ready);
  });
  after(() => rig.close());

  it('answers help with the commands of its program', async () => {
    const answer = await rig.host.ask('help');
    for (const command of quickProgram.commands) assert.match(answer, new RegExp(`^${command} `, 'm'));
    assert.match(answer, /\nOK\n$/);
  });

  it('answers without echo or prompt', async () => {
    assert.match(await rig.host.ask('info'), /^project=/);
  });

  it('says what it is, with the version of the image that runs', async () => {
    assert.equal(
      await rig.host.ask('info'),
      `project=demo-sensor-node\nversion=1.2.0\nchip=ESP32\nmac=24:6f:28:11:00:01\nidf=v5.2.3\nheap=${quickProgram.memory.heapFreeBytes}\nOK\n`,
    );
  });

  it('lists the networks in sight, the strongest first', async () => {
    const answer = await rig.host.ask('wifi scan');
    const found = [...answer.matchAll(/^ssid="(.+)" channel=\d+ rssi=(-\d+) auth=\S+$/gm)];
    const rssi = found.map((match) => Number(match[2]));
    assert.equal(found.length, quickProgram.wifi.networks.length);
    assert.deepEqual(
      rssi,
      [...rssi].sort((a, b) => b - a),
    );
    assert.match(answer, /^ssid="factory-test" channel=6 rssi=-\d+ auth=WPA2$/m);
  });

  it('joins its network and gets an address', async () => {
    const answer = await rig.host.ask('wifi connect factory-test provision-me');
    assert.match(answer, /wifi: ?state: init -> auth \(b0\)\n/);
    assert.match(answer, /state: assoc -> run \(10\)\n/);
    assert.match(answer, /^got ip 192\.168\.40\.17$/m);
    assert.match(answer, /\nOK\n$/);
    assert.match(
      await rig.host.ask('wifi status'),
      /^state=connected\nssid="factory-test"\nip=192\.168\.40\.17\n/,
    );
  });

  it('tells a wrong passphrase from a network that is not there', async () => {
    assert.match(
      await rig.host.ask('wifi connect factory-test wrong-one'),
      /\nERROR: reason 15 4WAY_HANDSHAKE_TIMEOUT\n$/,
    );
    assert.match(await rig.host.ask('wifi connect "no such net" x'), /\nERROR: reason 201 NO_AP_FOUND\n$/);
    assert.match(await rig.host.ask('wifi status'), /^state=disconnected\nOK\n$/);
  });

  it('measures its memory and its sensor', async () => {
    assert.equal(
      await rig.host.ask('mem'),
      'heap_free=247512\nheap_min=231040\npsram=4194304\nflash_test=ok\nOK\n',
    );
    assert.match(
      await rig.host.ask('sensor'),
      /^temperature=\d+\.\d\nhumidity=\d+\.\d\nsupply_mv=\d{4}\nOK\n$/,
    );
  });

  it('refuses what it does not know', async () => {
    assert.equal(await rig.host.ask('make coffee'), "ERROR: unknown command 'make coffee'; try help\n");
  });

  it('takes lines that end with CR, LF or both', async () => {
    rig.host.clear();
    await rig.host.send('mem\rmem\nmem\r\n');
    await rig.host.until(/(heap_free[^]*OK\n){3}/);
  });

  it('reboots by software', async () => {
    rig.host.clear();
    await rig.host.send('reboot\n');
    await rig.host.until(ready);
    assert.match(rig.host.text(), /^OK\nets .*\n\nrst:0xc \(SW_CPU_RESET\),boot:0x13/);
  });
});

describe('boards of one lot', () => {
  const sensorOf = async (mac: string): Promise<string> => {
    const rig = await makeBoard({ images: smallRelease(), mac });
    try {
      rig.power(true);
      await rig.host.until(ready);
      return await rig.host.ask('sensor');
    } finally {
      await rig.close();
    }
  };

  it('measure a little differently, and each always the same', async () => {
    const [one, other, again] = await Promise.all(
      ['24:6f:28:11:00:01', '24:6f:28:11:00:02', '24:6f:28:11:00:01'].map(sensorOf),
    );
    assert.notEqual(one, other);
    assert.equal(one, again);
  });
});

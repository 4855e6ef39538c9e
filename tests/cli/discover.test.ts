import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { lockSlot } from '../../batch/locks.js';
import { describeDiscovery } from '../../cli/describe-discovery.js';
import { discover, type DiscoverOptions } from '../../cli/discover.js';
import { startBench } from '../bench-by-hand.js';
import { cleanEnvironment } from '../clean-environment.js';
import { addPiController, addUsbSerial, makeFakeHost, type FakeHost } from '../drivers/discover/fake-host.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';

async function rigWith(test: TestContext, slots = 2): Promise<RigFolder> {
  const rig = await makeRigFolder({ slots });
  test.after(() => rig.remove());
  return rig;
}

function optionsFor(rig: RigFolder, host: FakeHost, more: Partial<DiscoverOptions> = {}): DiscoverOptions {
  return {
    host: 'line7',
    rigs: rig.rigs,
    specs: 'specs',
    env: {},
    runtimeFolder: rig.runtime,
    probe: false,
    root: { root: host.root },
    ...more,
  };
}

/** Takes the station from the virtual bench to this host. */
async function onHardware(rig: RigFolder, paths: readonly string[]): Promise<void> {
  const file = join(rig.rigs, `${rig.station}.yaml`);
  const { bench, ...station } = parse(await readFile(file, 'utf8')) as {
    bench: string;
    slots: { serial: { path: string } }[];
  };
  assert.equal(bench, 'virtual');
  station.slots.forEach((slot, index) => (slot.serial.path = paths[index] ?? slot.serial.path));
  await writeFile(file, stringify(station));
}

const place = 'platform-fd500000.pcie-pci-0000:01:00.0-usb-0';

async function hostWithAdapters(test: TestContext, places: readonly string[]): Promise<FakeHost> {
  const host = await makeFakeHost(test);
  await addPiController(host);
  for (const [index, at] of places.entries()) {
    await addUsbSerial(host, `ttyUSB${index}`, {
      place: at,
      ids: ['0403', '6001'],
      serialNumber: `A${index}`,
    });
    await host.link(`dev/serial/by-path/${place}:${at.slice(2)}:1.0-port0`, `dev/ttyUSB${index}`);
  }
  return host;
}

describe('rig discover', () => {
  it('says which slot of which file each port belongs to, and which slots lack theirs', async (test) => {
    const rig = await rigWith(test);
    const host = await hostWithAdapters(test, ['1-1.1', '1-1.4']);
    await onHardware(rig, [`/dev/serial/by-path/${place}:1.1:1.0-port0`]);
    const found = await discover(optionsFor(rig, host));
    assert.deepEqual(
      found.ports.map(({ device, slot }) => [device, slot]),
      [
        ['/dev/ttyUSB0', { station: 'bench1', slot: 'slot1' }],
        ['/dev/ttyUSB1', null],
      ],
    );
    assert.deepEqual(
      found.missing.map(({ station, slot, key, path }) => [station, slot, key, path]),
      [['bench1', 'slot2', 'serial.path', '/dev/serial/by-path/test-port2']],
    );
    const text = describeDiscovery(found);
    assert.match(
      text,
      /^\/dev\/serial\/by-path\/\S+1\.1:1\.0-port0 +\/dev\/ttyUSB0 +bench1 slot1 +0403:6001 if0 .* A0 +cp210x +/m,
    );
    assert.match(text, /\/dev\/ttyUSB1 +no slot /);
    assert.match(
      text,
      /^slots that lack something\n.*\nbench1 slot2 +serial\.path +\S+test-port2 +no such port;/m,
    );
  });

  it('keeps the ports of a file with mistakes for its slots', async (test) => {
    const rig = await rigWith(test);
    const host = await hostWithAdapters(test, ['1-1.1']);
    await onHardware(rig, [`/dev/serial/by-path/${place}:1.1:1.0-port0`]);
    const file = join(rig.rigs, `${rig.station}.yaml`);
    await writeFile(file, (await readFile(file, 'utf8')).replace('staggerMs: 60', 'staggerMs: soon'));
    const found = await discover(optionsFor(rig, host));
    assert.deepEqual(found.ports[0]?.slot, { station: 'bench1', slot: 'slot1' });
    assert.match(found.notes[0] ?? '', /bench1\.yaml has mistakes/);
  });

  it('lists the ports of a bench that runs, and with --probe what answers on them; a slot of a run is left alone', async (test) => {
    const rig = await rigWith(test);
    const host = await makeFakeHost(test);
    const without = await discover(optionsFor(rig, host));
    assert.deepEqual(without.ports, []);
    assert.match(
      without.notes[0] ?? '',
      /bench1 is on the virtual bench, which does not run; `npx rig bench bench1`/,
    );
    const bench = await startBench(rig, join(rig.folder, 'bench.out'));
    test.after(() => bench.stop());
    const lock = await lockSlot({ runtimeFolder: rig.runtime, station: 'bench1', slot: 'slot2' }, 'run9');
    test.after(() => lock.release());
    const { ports, missing } = await discover(optionsFor(rig, host, { probe: true }));
    assert.deepEqual(missing, []);
    const [one, two] = ports;
    assert.equal(one?.device, bench.state.slots['slot1']?.serialPath);
    assert.equal(one?.holder, undefined);
    assert(one?.answer?.answers === 'loader');
    assert.equal(one.answer.found.chip, 'esp32');
    assert.match(one.answer.found.mac ?? '', /^24:6f:28:/);
    assert(two?.answer?.answers === 'not-asked');
    assert.match(two.answer.why, /^SLOT_BUSY: bench1 slot2 is held by run run9/);
  });

  it('does not probe a UART of the host that is no slot’s', async (test) => {
    const rig = await rigWith(test);
    const host = await makeFakeHost(test);
    const uart = 'sys/devices/platform/soc/fe201000.serial';
    await host.link(`${uart}/tty/ttyAMA0/device`, uart);
    await host.link('sys/class/tty/ttyAMA0', `${uart}/tty/ttyAMA0`);
    const { ports } = await discover(optionsFor(rig, host, { probe: true }));
    assert(ports[0]?.answer?.answers === 'not-asked');
    assert.match(ports[0].answer.why, /something else may hang there/);
  });

  it('prints JSON with the documented fields, and its help has examples', async (test) => {
    const rig = await rigWith(test);
    await mkdir(rig.runtime, { recursive: true });
    const run = (...words: string[]) =>
      spawnSync(process.execPath, ['cli/rig.js', 'discover', ...words], {
        env: { ...cleanEnvironment(), ...rig.env },
        encoding: 'utf8',
      });
    const { stdout, status, stderr } = run('--json');
    assert.equal(status, 0, stderr);
    assert.deepEqual(Object.keys(JSON.parse(stdout) as object), [
      'host',
      'ports',
      'drives',
      'network',
      'missing',
      'notes',
    ]);
    assert.match(run('--help').stdout, /Ends with 1 when a slot[^]*Examples:\n {2}rig discover /);
    const wide = run('--scan', '10.0.0.0/8');
    assert.equal(wide.status, 2);
    assert.match(wide.stderr, /^CONFIG_INVALID: 10\.0\.0\.0\/8 has 16777216 addresses/m);
  });
});

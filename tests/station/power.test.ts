import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { makeRigFolder } from '../rig-folder.js';
import { latestResults, recordsBySlot, runStation } from './run.js';

interface SlotFile {
  serial: object;
  power: object;
}

const outlet = 'http://192.168.40.9/relay/0';

test(
  'slots on a line, on a hub port and on a relay are switched one at a time, with their currents measured',
  { timeout: 240_000 },
  async (t) => {
    const supply = {
      onVolts: 4.75,
      offVolts: 0.5,
      inrushAmps: 2,
      inrushMs: 60,
      steadyAmps: { min: 0.005, max: 0.6 },
    };
    const keys = { powerOn: { staggerMs: 20, settleMs: 100, switchingAtOnce: 1 } };
    const rig = await makeRigFolder({ slots: 3, board: { supply }, keys });
    t.after(() => rig.remove());
    const file = join(rig.rigs, `${rig.station}.yaml`);
    const station = parse(await readFile(file, 'utf8')) as { slots: [SlotFile, SlotFile, SlotFile] };
    const [first, second, third] = station.slots;
    // A board that is its own USB device, as far as a port that never goes can tell.
    first.serial = { ...first.serial, native: true };
    second.power = { hub: '1-1.2', port: 3 };
    second.serial = { ...second.serial, hubPort: { hub: '1-1.3', port: 1 } };
    const read = { url: outlet, active: '"ison":\\s*true', inactive: '"ison":\\s*false' };
    third.power = {
      http: { on: { url: `${outlet}?turn=on` }, off: { url: `${outlet}?turn=off` }, read },
    };
    await writeFile(file, stringify(station));

    const { exitCode, output } = await runStation(rig);
    assert.equal(exitCode, 0, output);
    const results = await latestResults(rig);
    const records = [...(await recordsBySlot(results)).values()];
    assert.deepEqual(
      records.map(({ outcome }) => outcome),
      ['pass', 'pass', 'pass'],
    );
    for (const { slot, measurements, consoleLog } of records) {
      const names = measurements.map(({ name }) => name);
      assert.ok(names.includes('inrush_amps') && names.includes('steady_amps'), `${slot}: ${names.join()}`);
      const log = await readFile(join(results, String(consoleLog)), 'utf8');
      assert.match(log, slot === 'slot1' ? /the board's own USB port/ : /--- console open/);
    }
  },
);

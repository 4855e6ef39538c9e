import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AttemptRecord } from '../../core/record.js';
import { projectWithSpecs } from '../project-with-specs.js';
import { makeRigFolder, type RigFolder } from '../rig-folder.js';
import { latestResults, recordsBySlot, runStation, type StationRun } from './run.js';

const spec = `
import { eachUnit, expect, test } from '../fixtures/index.js';
eachUnit(() => {
  test('draw', async ({ dut, power, flasher, console, check }) => {
    await test.step('detect', () => dut.identify(flasher));
    await test.step('flash', () => flasher.provision(dut.release));
    await test.step('boot', async () => {
      await power.cycle();
      await expect(console).toBoot(dut.release);
    });
    await test.step('idle', () => power.measureIdle());
    await test.step('checks', () => check.all());
  });
});
`;

/** One shorts its rail while its loader works, one at the first power-on. */
const shorted = ['slot2', 'slot3'];

describe('a station with boards that short their rail', () => {
  let rig: RigFolder;
  let cwd: string;
  let run: StationRun;
  let records: Map<string, AttemptRecord>;
  let benchLog: string[];

  before(async () => {
    rig = await makeRigFolder({ slots: 4 });
    cwd = await projectWithSpecs({ 'draw.spec.ts': spec });
    const RIG_FAULTS = 'slot2:short@700,slot3:short';
    run = await runStation({ ...rig, cwd }, ['draw'], { RIG_FAULTS });
    const results = await latestResults(rig);
    records = await recordsBySlot(results);
    benchLog = (await readFile(join(results, 'bench', rig.station, 'bench.log'), 'utf8')).split('\n');
  });
  after(() => Promise.all([rig.remove(), rm(cwd, { recursive: true, force: true })]));

  /** What the bench saw of a slot's power line: when, and whether it was switched on. */
  const switched = (slot: string) =>
    benchLog
      .filter((line) => line.includes(`(${slot} power) out`) && line.includes('->'))
      .map((line) => ({ at: Date.parse(line.slice(0, 24)), isOn: line.endsWith(', active') }));
  const measurement = (slot: string, name: string) =>
    records.get(slot)?.measurements.find((each) => each.name === name);

  for (const slot of shorted) {
    test(`${slot} fails with what its board did, and not with what became of it`, () => {
      const { outcome, failure } = records.get(slot) ?? {};
      assert.deepEqual([outcome, failure?.code, failure?.blame], ['fail', 'OVER_CURRENT', 'dut'], run.output);
      assert.equal(measurement(slot, 'over_current')?.value, 2.5);
    });

    test(`${slot} is off 200 ms after the first reading beyond the limit, and stays off`, () => {
      const firstAt = /first at (\S+)\)/.exec(records.get(slot)?.failure?.message ?? '')?.[1] ?? '';
      const offs = switched(slot).filter(({ at }) => at >= Date.parse(firstAt));
      assert.deepEqual(
        offs.map(({ isOn }) => isOn),
        [false],
      );
      const tookMs = (offs[0]?.at ?? Number.NaN) - Date.parse(firstAt);
      assert.ok(tookMs <= 200, `${tookMs} ms`);
      const recorded = measurement(slot, 'cut_off_time');
      assert.ok(Number(recorded?.value) >= tookMs / 1000 - 0.005, `${recorded?.value} s`);
    });
  }

  test('the others pass, and their records say what they drew', () => {
    for (const slot of ['slot1', 'slot4']) {
      assert.equal(records.get(slot)?.outcome, 'pass', run.output);
      const { value, limits } = measurement(slot, 'flash_energy') ?? {};
      assert.ok(Number(value) > 0.005 && limits?.max === 20, `${value} J`);
      const peak = Number(measurement(slot, 'flash_peak_amps')?.value);
      assert.ok(peak >= 0.04 && peak < 0.8, `${peak} A`);
      const idle = measurement(slot, 'idle_amps');
      assert.ok(Number(idle?.value) > 0.07 && Number(idle?.value) < 0.09, `${idle?.value} A`);
      assert.equal(measurement(slot, 'idle_ripple_amps')?.result, 'pass');
    }
    assert.match(run.output, /2 failed[\s\S]*2 passed/);
  });
});

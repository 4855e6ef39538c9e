import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { AttemptRecord } from '../../core/record.js';
import { missingTools } from '../vendor-tools.js';
import { latestResults, recordsBySlot, runStation } from './run.js';
import { shippedRig, type StationEdit } from './shipped-rig.js';

const espSlots = ['esp32', 'esp8266', 'esp32s3', 'esp32c3'];
const skip = missingTools('esptool', 'avrdude', 'stm32flash');

describe('station2, a nest for each kind of board', { skip }, () => {
  let rig: Awaited<ReturnType<typeof shippedRig>>;
  let records: Map<string, AttemptRecord>;

  const provision = async (edit: StationEdit, env: NodeJS.ProcessEnv = {}) => {
    rig = await shippedRig('station2', edit);
    const run = await runStation(rig, [], env);
    records = await recordsBySlot(await latestResults(rig));
    return run;
  };

  describe('as it is shipped', () => {
    before(async () => {
      const run = await provision(() => undefined);
      assert.equal(run.exitCode, 0, run.output);
    });
    after(() => rig.remove());

    test('every board passes in one run, each with its driver, its proof and its version', () => {
      const seen = [...records].map(([slot, { outcome, flash, bootedVersion }]) => [
        slot,
        outcome,
        flash?.driver,
        flash?.verifiedBy,
        bootedVersion,
      ]);
      assert.deepEqual(seen.sort(), [
        ['esp32', 'pass', 'esptool-js', 'digest', '1.2.0'],
        ['esp32c3', 'pass', 'esptool-js', 'digest', '1.2.0'],
        ['esp32s3', 'pass', 'esptool-js', 'digest', '1.2.0'],
        ['esp8266', 'pass', 'esptool-js', 'digest', '1.2.0'],
        ['pico', 'pass', 'uf2', 'device', '1.2.0'],
        ['stm32f103', 'pass', 'stm32flash', 'read-back', '1.2.0'],
        ['stm32f411', 'pass', 'stm32flash', 'read-back', '1.2.0'],
        ['uno', 'pass', 'avrdude', 'read-back', '1.2.0'],
      ]);
    });

    test('every board has an id of its own', () => {
      const ids = [...records.values()].map(({ device }) => device?.mac ?? device?.uid);
      assert.ok(ids.every((id) => id !== undefined));
      assert.equal(new Set(ids).size, 8);
    });
  });

  describe('with the other driver where there are two, and without two of the tools', () => {
    before(async () => {
      const run = await provision(
        ({ slots }) => {
          for (const slot of slots) if (espSlots.includes(slot.id)) slot.driver = 'esptool';
        },
        { RIG_AVRDUDE: '/nowhere/avrdude', RIG_STM32FLASH: '/nowhere/stm32flash' },
      );
      assert.equal(run.exitCode, 1, run.output);
    });
    after(() => rig.remove());

    test('boards with a chip of Espressif pass by the vendor’s command too', () => {
      for (const slot of espSlots) {
        const record = records.get(slot);
        assert.deepEqual([record?.outcome, record?.flash?.driver], ['pass', 'esptool'], slot);
      }
    });

    test('a missing tool fails its slots alone, and its message says how to install it', () => {
      const tools = { uno: 'avrdude', stm32f103: 'stm32flash', stm32f411: 'stm32flash' };
      for (const [slot, tool] of Object.entries(tools)) {
        const record = records.get(slot);
        assert.deepEqual([record?.outcome, record?.failure?.code], ['error', 'TOOL_MISSING'], slot);
        assert.match(record?.failure?.message ?? '', new RegExp(`apt-get install (-y )?${tool}`));
      }
      assert.equal(records.get('pico')?.outcome, 'pass');
    });
  });
});

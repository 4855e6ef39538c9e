import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { openMeter } from '../../../drivers/meter/open-meter.js';
import { meterStands } from './meter-stands.js';

/** Short, since one of these is waited for. */
const times = { answerTimeoutMs: 300 };
const failed = { code: 'METER_FAILED', blame: 'rig' };

for (const [kind, start] of Object.entries(meterStands)) {
  describe(`a meter of kind ${kind}`, () => {
    const begin = async (t: TestContext) => {
      const stand = await start();
      t.after(() => stand.close());
      const meter = await openMeter(stand.options, times);
      t.after(() => meter.close());
      return { stand, meter };
    };

    test('reads volts and amperes, fresh each time, also negative ones', async (t) => {
      const { stand, meter } = await begin(t);
      await stand.set(4.995, 0.12);
      assert.deepEqual(rounded(await meter.read()), { railVolts: 4.995, railAmps: 0.12 });
      await stand.set(0, -0.015);
      assert.deepEqual(rounded(await meter.read()), { railVolts: 0, railAmps: -0.015 });
    });

    test('reads volts only when that is all that is asked for', async (t) => {
      const { stand } = await begin(t);
      const meter = await openMeter(stand.voltsOnly, times);
      t.after(() => meter.close());
      assert.deepEqual(Object.keys(await meter.read()), ['railVolts']);
    });

    test('names a channel that is not there when it is opened', async (t) => {
      const { stand } = await begin(t);
      await assert.rejects(openMeter(stand.missing, times), (error: Error) => {
        assert.match(error.message, /^METER_FAILED: .*(curr9_input|in_current9|@9)/);
        return true;
      });
    });

    test('takes nothing for a number that is none, and quotes it', async (t) => {
      const { stand, meter } = await begin(t);
      stand.garble();
      await assert.rejects(meter.read(), { ...failed, message: /N\/A/ });
    });

    test('does not wait for ever', async (t) => {
      const { stand, meter } = await begin(t);
      stand.hang();
      await assert.rejects(meter.read(), { ...failed, message: /within 0\.3 s/ });
    });

    test('says so when it was unplugged', async (t) => {
      const { stand, meter } = await begin(t);
      await stand.unplug();
      await assert.rejects(meter.read(), failed);
    });

    test('closes twice', async (t) => {
      const { meter } = await begin(t);
      await meter.close();
      await meter.close();
    });

    test('answers many who ask at once', async (t) => {
      const { meter } = await begin(t);
      const readings = await Promise.all([meter.read(), meter.read(), meter.read()]);
      for (const reading of readings) assert.equal(rounded(reading).railVolts, 5);
    });
  });
}

function rounded({ railVolts, railAmps = Number.NaN }: { railVolts: number; railAmps?: number }) {
  const atMilli = (value: number) => Math.round(value * 1000) / 1000;
  return { railVolts: atMilli(railVolts), railAmps: atMilli(railAmps) };
}

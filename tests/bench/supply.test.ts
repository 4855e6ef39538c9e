import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSupply, loads } from '../../bench/supply.js';

/** What a meter showed, until the rail is up and the board draws its load. */
function showing(): Promise<{ millivolts: number; milliamps: number }[]> {
  const seen: { millivolts: number; milliamps: number }[] = [];
  return new Promise((resolve) => {
    const supply = createSupply({
      nominalMillivolts: 5000,
      broken: false,
      meter: {
        show(millivolts, milliamps) {
          seen.push({ millivolts, milliamps });
          if (millivolts < 5000 || milliamps !== loads.app) return;
          supply.close();
          resolve(seen);
        },
      },
      onUp: () => supply.setLoad(loads.app),
      onDown: () => undefined,
      onShort: () => undefined,
    });
    supply.switch(true);
  });
}

describe('the supply of a virtual board', () => {
  it('charges capacitors before it carries the board: a short peak, and its load afterwards', async () => {
    const seen = await showing();
    assert.deepEqual(seen[0], { millivolts: 0, milliamps: 400 });
    const highest = Math.max(...seen.map(({ milliamps }) => milliamps));
    assert.ok(highest >= 400 && highest <= 400 + loads.app, `${highest} mA`);
    assert.equal(seen.at(-1)?.milliamps, loads.app);
  });
});

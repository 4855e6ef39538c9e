import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { MeterReading } from '../../drivers/meter/meter.js';
import { slotLines, startPoweredSlot, type PoweredSlot } from './powered-slot.js';

const limits = { inrushAmps: 2.5, inrushMs: 30, steadyAmps: { min: 0.05, max: 0.5 } };

/** A rail that follows the power line at once; what is drawn is the first value at the first reading with power, and then the second. */
function railOf(slot: PoweredSlot, [inrush, steady]: number[]): () => Promise<MeterReading> {
  let hasRushed = false;
  return async () => {
    if (!slot.isActive('power')) return { railVolts: 0 };
    const railAmps = hasRushed ? steady : inrush;
    hasRushed = true;
    return { railVolts: 3.3, ...(railAmps !== undefined && { railAmps }) };
  };
}

const shortSupply = { onVolts: 3.1, offVolts: 0.2, riseMs: 40, fallMs: 40 };

slotTest('opening leaves every line inactive and switches nothing on', async (slot) => {
  await slot.open();
  assert.deepEqual(slot.events, []);
  assert.deepEqual(directions(slot), ['out', 'out', 'out']);
});

slotTest('opening switches off what an earlier run has left on', async (slot) => {
  slot.server.bank.output('bench', 17, 0);
  slot.server.bank.output('bench', 27, 1);
  slot.events.length = 0;
  await slot.open();
  assert.deepEqual(slot.events, ['power off', 'boot off']);
});

slotTest('on asks for its turn, switches on and waits for the rail', async (slot) => {
  const power = await slot.open();
  await power.on();
  assert.deepEqual(slot.events, ['turn', 'power on']);
  assert.ok((await slot.readRailVolts()) >= 3.1);
});

slotTest('on is asked no turn for a slot that is on already', async (slot) => {
  const power = await slot.open();
  await power.on();
  await power.on();
  assert.deepEqual(slot.events, ['turn', 'power on']);
});

slotTest('one reading that is far off does not make the steady current of a good board', async (slot) => {
  const readRail = railOf(slot, [0.3, 0.3]);
  let sinceOn = 0;
  const power = await slot.open({
    readRail: async () => {
      const reading = await readRail();
      // The first with power proves that the rail has risen.
      if (reading.railVolts > 0) sinceOn += 1;
      return sinceOn === 3 ? { ...reading, railAmps: 2.5 } : reading;
    },
    limits: { inrushMs: 0, steadyAmps: limits.steadyAmps },
    settleMs: 0,
  });
  await power.on();
  assert.ok(sinceOn >= 4);
  assert.deepEqual(slot.measured, ['steady_amps 0.3 pass']);
});

slotTest('currents within limits are measured when the board is switched on, and once', async (slot) => {
  const power = await slot.open({ readRail: railOf(slot, [2.4, 0.3]), limits });
  await power.on();
  await power.on();
  assert.deepEqual(slot.measured, ['inrush_amps 2.4 pass', 'steady_amps 0.3 pass']);
});

slotTest('too high an inrush is the board’s, and switches it off again', async (slot) => {
  const power = await slot.open({ readRail: railOf(slot, [2.6, 0.3]), limits });
  await assert.rejects(power.on(), (error: RigError) => {
    assert.equal(error.code, 'INRUSH_TOO_HIGH');
    assert.equal(error.blame, 'dut');
    assert.match(error.message, /drew 2\.6 A in the first 30 ms; its limit is 2\.5 A/);
    return true;
  });
  assert.deepEqual(slot.measured, ['inrush_amps 2.6 fail']);
  assert.equal(slot.isActive('power'), false);
});

for (const [amps, word] of [
  [0.6, 'high'],
  [0.01, 'low'],
] as const)
  slotTest(`a current that is too ${word} after settling switches the board off again`, async (slot) => {
    const power = await slot.open({ readRail: railOf(slot, [1, amps]), limits });
    await assert.rejects(power.on(), { code: 'CURRENT_OUT_OF_LIMITS', blame: 'dut' });
    assert.deepEqual(slot.measured, ['inrush_amps 1 pass', `steady_amps ${amps} fail`]);
    assert.equal(slot.isActive('power'), false);
  });

slotTest('a meter without a current judges none', async (slot) => {
  const power = await slot.open({ readRail: railOf(slot, []), limits });
  await power.on();
  assert.deepEqual(slot.measured, []);
});

slotTest('the meter is read from before the switch closes until the rail has fallen', async (slot) => {
  let readings = 0;
  const power = await slot.open({
    readRail: async () => {
      readings += 1;
      return { railVolts: await slot.readRailVolts() };
    },
  });
  assert.equal(readings, 0);
  await power.on();
  await pollUntil(async () => (readings > 20 ? true : undefined), {
    intervalMs: 5,
    timeoutMs: 10_000,
    onTimeout: () => new Error('the meter is not read while power is on'),
  });
  await power.off();
  const atOff = readings;
  await pause(60);
  assert.equal(readings, atOff);
});

slotTest(
  'a slot waits for its place before its turn, and holds it until the board has settled',
  async (slot) => {
    const inPlace = async <T>(_: AbortSignal, work: () => Promise<T>): Promise<T> => {
      slot.events.push('place');
      try {
        return await work();
      } finally {
        assert.ok((await slot.readRailVolts()) >= 3.1);
        slot.events.push('place given back');
      }
    };
    const power = await slot.open({ inPlace });
    await power.on();
    await power.on();
    assert.deepEqual(slot.events, ['place', 'turn', 'power on', 'place given back']);
  },
);

slotTest('whether the board is supplied is asked of the line', async (slot) => {
  const power = await slot.open();
  assert.equal(await power.read(), false);
  await power.on();
  assert.equal(await power.read(), true);
  slot.server.bank.output('bench', 17, 1);
  assert.equal(await power.read(), false);
  const always = await slot.open({ has: [], meter: false });
  assert.equal(await always.read(), true);
});

slotTest('off returns when the rail has fallen', async (slot) => {
  const power = await slot.open();
  await power.on();
  slot.events.length = 0;
  await power.off();
  assert.equal(slot.events[0], 'power off');
  assert.ok((await slot.readRailVolts()) <= 0.2);
});

slotTest('a rail that does not fall is reported with its voltage', async (slot) => {
  const power = await slot.open({ readRail: async () => ({ railVolts: 1.24 }), supply: shortSupply });
  await assert.rejects(power.off(), (error: RigError) => {
    assert.equal(error.code, 'RAIL_NOT_FALLEN');
    assert.equal(error.blame, 'rig');
    assert.match(error.message, /1\.24 V 40 ms after power was switched off; off is 0\.2 V or less/);
    return true;
  });
});

slotTest(
  'a rail that does not rise is reported, and power is off again',
  async (slot) => {
    const power = await slot.open({ supply: shortSupply });
    await assert.rejects(power.on(), (error: RigError) => {
      assert.equal(error.code, 'RAIL_NOT_RISEN');
      assert.equal(error.blame, 'dut');
      assert.equal(error.details.railVolts, 0);
      return true;
    });
    assert.equal(slot.isActive('power'), false);
  },
  { broken: true },
);

slotTest('a meter that fails while power comes up leaves power off', async (slot) => {
  const readRail = async () => Promise.reject(new RigError('METER_FAILED', 'in1_input is gone'));
  const power = await slot.open({ readRail });
  await assert.rejects(power.on(), /METER_FAILED/);
  assert.equal(slot.isActive('power'), false);
});

slotTest('a cycle switches on only after the rail has fallen', async (slot) => {
  const power = await slot.open();
  await power.on();
  slot.events.length = 0;
  await power.cycle({ offMs: 60 });
  assert.deepEqual(slot.events, ['power off', 'fallen', 'turn', 'power on']);
});

slotTest('without a meter a cycle keeps power off for the fall time of the supply', async (slot) => {
  const power = await slot.open({ meter: false, supply: { ...shortSupply, fallMs: 150 } });
  await power.on();
  const began = performance.now();
  await power.cycle({ offMs: 1 });
  assert.ok(performance.now() - began >= 150 + 40 + 20 - 5);
});

slotTest('a slot that has to stay off for a while does so in every power cycle', async (slot) => {
  const power = await slot.open({ offMs: 250 });
  const { chip, line } = slotLines.power;
  let offAt = 0;
  const offFor: number[] = [];
  slot.server.bank.watch(chip, line, () => {
    if (!slot.isActive('power')) offAt = performance.now();
    else if (offAt > 0) offFor.push(performance.now() - offAt);
  });
  await power.on();
  await power.cycle();
  await power.off();
  await power.on();
  await power.off();
  await power.enterLoader();
  assert.equal(offFor.length, 3);
  for (const ms of offFor) assert.ok(ms >= 250 - 5, `${ms} ms`);
});

slotTest('a stop does not wait until a slot may be switched on again', async (slot) => {
  const power = await slot.open({ offMs: 600_000 });
  await power.on();
  const stop = new AbortController();
  const cycling = assert.rejects(power.cycle({ signal: stop.signal }), { code: 'ABORTED' });
  await pollUntil(async () => slot.events.includes('fallen') || undefined, {
    timeoutMs: 10_000,
    intervalMs: 5,
    onTimeout: () => new Error('not off'),
  });
  stop.abort();
  await cycling;
  assert.equal(slot.isActive('power'), false);
});

slotTest('the strap is active from before power-up until the board has settled', async (slot) => {
  const power = await slot.open();
  await power.enterLoader();
  assert.deepEqual(slot.events, ['boot on', 'turn', 'power on', 'boot off']);
});

slotTest('a board that is on enters its loader by reset', async (slot) => {
  const power = await slot.open();
  await power.on();
  slot.events.length = 0;
  await power.enterLoader();
  assert.deepEqual(slot.events, ['boot on', 'reset on', 'reset off', 'boot off']);
});

slotTest('without a reset line a board that is on enters its loader by a power cycle', async (slot) => {
  const power = await slot.open({ has: ['power', 'boot'] });
  await power.on();
  slot.events.length = 0;
  await power.enterLoader();
  assert.deepEqual(slot.events, ['power off', 'fallen', 'boot on', 'turn', 'power on', 'boot off']);
});

slotTest('the firmware is run by a power cycle with the strap released', async (slot) => {
  const power = await slot.open();
  await power.enterLoader();
  slot.server.bank.output('bench', 27, 1);
  slot.events.length = 0;
  await power.runFirmware();
  assert.deepEqual(slot.events, ['power off', 'boot off', 'fallen', 'turn', 'power on']);
});

slotTest('a listener can be told when the board is off, before it speaks again', async (slot) => {
  const power = await slot.open();
  await power.on();
  slot.events.length = 0;
  await power.runFirmware({ beforeOn: async () => void slot.events.push('listen') });
  assert.deepEqual(slot.events, ['power off', 'fallen', 'listen', 'turn', 'power on']);
});

slotTest('a slot without a power line is reset instead', async (slot) => {
  const power = await slot.open({ has: ['boot', 'reset'], meter: false });
  await power.enterLoader();
  await power.runFirmware();
  assert.deepEqual(slot.events, ['reset on', 'boot on', 'reset off', 'boot off', 'reset on', 'reset off']);
});

slotTest('a slot without lines takes every call and drives nothing', async (slot) => {
  const power = await slot.open({ has: [], meter: false });
  for (const call of [power.off, power.on, power.enterLoader, power.runFirmware]) await call();
  await power.close();
  assert.deepEqual(directions(slot), ['in', 'in', 'in']);
});

slotTest('an aborted wait for the turn switches nothing on', async (slot) => {
  const abort = new AbortController();
  const power = await slot.open({ turn: () => new Promise(() => setImmediate(() => abort.abort())) });
  await assert.rejects(power.on({ signal: abort.signal }), /ABORTED/);
  assert.equal(slot.isActive('power'), false);
});

slotTest('an abort while the rail rises leaves power off', async (slot) => {
  const abort = new AbortController();
  const power = await slot.open({
    readRail: async () => {
      abort.abort();
      return { railVolts: 0 };
    },
  });
  await assert.rejects(power.on({ signal: abort.signal }), /ABORTED/);
  assert.deepEqual(slot.events, ['turn', 'power on', 'power off']);
});

slotTest('a call with an aborted signal does nothing', async (slot) => {
  const power = await slot.open();
  await assert.rejects(power.cycle({ signal: AbortSignal.abort() }), /ABORTED/);
  assert.deepEqual(slot.events, []);
});

slotTest('making safe stops what is under way, so that nothing is switched on afterwards', async (slot) => {
  let grant = (): void => undefined;
  let asked = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (asked = resolve));
  const turn = () => {
    asked();
    return new Promise<void>((resolve) => (grant = resolve));
  };
  const power = await slot.open({ turn });
  const on = power.on();
  const queued = power.enterLoader();
  const [onFails, queuedFails] = [assert.rejects(on, /ABORTED/), assert.rejects(queued, /ABORTED/)];
  await waiting;
  await power.makeSafe();
  grant();
  await Promise.all([onFails, queuedFails]);
  assert.deepEqual(slot.events, []);
});

slotTest('making safe switches everything off, power first', async (slot) => {
  const power = await slot.open();
  await power.on();
  slot.server.bank.output('bench', 27, 1);
  slot.server.bank.output('bench', 22, 1);
  slot.events.length = 0;
  await power.makeSafe();
  assert.deepEqual(slot.events.slice(0, 3), ['power off', 'boot off', 'reset off']);
});

slotTest('making safe tries every line before it reports those that failed', async (slot) => {
  const { backend } = slot;
  // Stands in for two lines with a broken wire; the bench's lines always follow.
  const broken: typeof backend = {
    ...backend,
    async openOutput(address, options) {
      const line = await backend.openOutput(address, options);
      if (address.line === slotLines.reset.line) return line;
      const write = async () => Promise.reject(new RigError('LINE_READBACK', 'stuck'));
      return { ...line, write };
    },
  };
  slot.server.bank.output('bench', 22, 1);
  const power = await slot.open({ backend: broken });
  slot.server.bank.output('bench', 22, 1);
  await assert.rejects(power.makeSafe(), (error: RigError) => {
    assert.equal(error.code, 'LINE_READBACK');
    assert.match(error.message, /2 lines failed: bench\/17!: .*; bench\/27: /);
    assert.deepEqual(error.details.lines, ['bench/17!', 'bench/27']);
    return true;
  });
  assert.equal(slot.isActive('reset'), false);
});

slotTest('closing makes safe, may be done twice, and nothing can be switched on afterwards', async (slot) => {
  const power = await slot.open();
  await power.on();
  await power.close();
  await power.close();
  await power.makeSafe();
  assert.equal(slot.isActive('power'), false);
  await assert.rejects(power.on());
  assert.equal(slot.isActive('power'), false);
});

slotTest('a line that does not exist is reported and the others are given back', async (slot) => {
  const lines = { ...slotLines, reset: { chip: 'bench', line: 99 } };
  await assert.rejects(slot.open({ lines }), /LINE_NOT_FOUND: .*99/);
  assert.equal(slot.isActive('power'), false);
});

function slotTest(
  behaviour: string,
  body: (slot: PoweredSlot) => Promise<void>,
  options: { broken?: boolean } = {},
): void {
  void test(behaviour, { timeout: 30_000 }, async () => {
    const slot = await startPoweredSlot(options);
    try {
      await body(slot);
    } finally {
      await slot.close();
    }
  });
}

function directions({ server }: PoweredSlot): string[] {
  return Object.values(slotLines).map(({ chip, line }) => server.bank.read(chip, line).direction);
}

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pollUntil } from '../../core/deadline.js';
import type { LineReport } from '../../bench/lines.js';
import { openMeter } from '../../drivers/meter/open-meter.js';
import { openOutputs } from '../../drivers/power/open-outputs.js';
import type { Output, HttpSwitchAddress } from '../../gpio/output.js';
import { benchPlan, slotOnBench } from '../../rigs/bench.js';
import type { Slot } from '../../rigs/types.js';
import { makeStation } from '../batch/station.js';
import { startBenchProcess, type BenchProcess } from './bench-process.js';

/** The slots of a station with these changes, on a bench of their own. */
async function onBench(
  test: TestContext,
  changes: Partial<Slot>[],
): Promise<{ bench: BenchProcess; slots: Slot[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-wiring-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  const station = await makeStation(folder, { slots: changes.length });
  const slots = station.slots.map((slot, index) => ({ ...slot, ...changes[index] }));
  const plan = benchPlan({ ...station, slots }, { socketPath: '', folder, byHand: false }, () => []);
  const bench = await startBenchProcess(test, { slots: plan.slots });
  return { bench, slots: slots.map((slot) => slotOnBench(slot, bench.state)) };
}

async function powerOf(test: TestContext, bench: BenchProcess, slot: Slot | undefined): Promise<Output> {
  assert(slot?.power);
  const outputs = await openOutputs({ kind: 'bench', socketPath: bench.state.socketPath });
  test.after(() => outputs.close());
  return outputs.openOutput(slot.power, { initial: false });
}

/** A meter shows the rail, and what a blank board draws that looks for a program. */
async function untilUp(slot: Slot | undefined, test: TestContext): Promise<void> {
  assert(slot?.meter);
  const meter = await openMeter(slot.meter);
  test.after(() => meter.close());
  await pollUntil(
    async () => {
      const { railVolts, railAmps = 0 } = await meter.read();
      return (Math.abs(railVolts - 5) < 0.002 && railAmps > 0.04 && railAmps < 0.1) || undefined;
    },
    { timeoutMs: 5000, intervalMs: 10, onTimeout: () => new Error(`${slot.id} did not come up`) },
  );
}

const instrument = { scpi: { host: '192.168.40.20', port: 5025 } };

describe('a bench whose slots are measured otherwise', () => {
  it('has converters of the kernel’s IIO, and channels of one instrument on the network', async (test) => {
    const { bench, slots } = await onBench(test, [
      { meter: { iio: '/sys/bus/i2c/devices/1-0040', volts: 'in_voltage1', amps: 'in_current3' } },
      { meter: { ...instrument, volts: 'MEAS:VOLT? (@1)', amps: 'MEAS:CURR? (@1)' } },
      { meter: { ...instrument, volts: 'MEAS:VOLT? (@2)', amps: 'MEAS:CURR? (@2)' } },
    ]);
    for (const slot of slots.slice(0, 2)) {
      const power = await powerOf(test, bench, slot);
      await power.write(true);
      await untilUp(slot, test);
    }
    const [, one, other] = slots.map(({ meter }) => meter);
    assert(one && other && 'scpi' in one && 'scpi' in other);
    assert.deepEqual(one.scpi, other.scpi);
    const off = await openMeter(other);
    test.after(() => off.close());
    assert.deepEqual(await off.read(), { railVolts: 0, railAmps: 0 });
  });
});

const get = { method: 'GET', contentType: 'application/json' } as const;
const base = { timeoutMs: 2000 };

/** Outlets of devices that are much used, as docs/rig-files.md shows them, and of one that is made up. */
const outlets: Record<string, HttpSwitchAddress['http']> = {
  'a Shelly of the second generation': {
    ...base,
    on: { ...get, url: 'http://192.168.40.31/rpc/Switch.Set?id=1&on=true' },
    off: { ...get, url: 'http://192.168.40.31/rpc/Switch.Set?id=1&on=false' },
    read: { ...get, url: 'http://192.168.40.31/rpc/Switch.GetStatus?id=1', active: '"output":\\s*true' },
  },
  'another outlet of that Shelly, with methods in bodies': {
    ...base,
    on: rpc('Switch.Set', { id: 0, on: true }),
    off: rpc('Switch.Set', { id: 0, on: false }),
    read: { ...rpc('Switch.GetStatus', { id: 0 }), active: '"id":0.*"output":\\s*true' },
  },
  'a Shelly of the first generation': {
    ...base,
    on: { ...get, url: 'http://192.168.40.32/relay/0?turn=on' },
    off: { ...get, url: 'http://192.168.40.32/relay/0?turn=off' },
    read: { ...get, url: 'http://192.168.40.32/relay/0', active: '"ison":\\s*true' },
    user: 'admin',
    password: 'factory',
  },
  Tasmota: {
    ...base,
    on: { ...get, url: 'http://192.168.40.33/cm?cmnd=Power2%20On' },
    off: { ...get, url: 'http://192.168.40.33/cm?cmnd=Power2%20Off' },
    read: { ...get, url: 'http://192.168.40.33/cm?cmnd=Power2', active: '"POWER2":\\s*"ON"' },
  },
  'a PDU': {
    ...base,
    on: { ...get, method: 'PUT', url: 'https://pdu/outlets/3', body: 'on' },
    off: { ...get, method: 'PUT', url: 'https://pdu/outlets/3', body: 'off' },
    read: { ...get, url: 'https://pdu/outlets/3', active: '"on":\\s*true' },
  },
};

function rpc(method: string, params: object): HttpSwitchAddress['http']['on'] {
  const body = JSON.stringify({ id: 1, method, params });
  return { url: 'http://192.168.40.31/rpc', method: 'POST', contentType: 'application/json', body };
}

describe('a bench whose slots are switched over HTTP', () => {
  it('has the devices: their outlets switch the boards, one each', async (test) => {
    const wired = Object.values(outlets);
    const { bench, slots } = await onBench(
      test,
      wired.map((http) => ({ power: { http } })),
    );
    const client = await bench.connect();
    const on = async () => {
      const lines = await client.request<LineReport[]>('lines', {});
      return lines.filter(({ chip, active }) => chip.startsWith('relay ') && active).map(({ use }) => use);
    };
    for (const [index, name] of Object.keys(outlets).entries()) {
      const power = await powerOf(test, bench, slots[index]);
      assert.equal(await power.read(), false, name);
      await power.write(true);
      assert.equal(await power.read(), true, name);
      assert.deepEqual(await on(), [`slot${index + 1} power`], name);
      await power.write(false);
      assert.deepEqual(await on(), [], name);
    }
  });

  it('asks for user and password where the station file has them, and knows no other request', async (test) => {
    const http = outlets['a Shelly of the first generation'];
    assert(http);
    const { bench, slots } = await onBench(test, [{ power: { http } }]);
    const [slot] = slots;
    assert(slot?.power && 'http' in slot.power);
    const { url } = slot.power.http.on;
    const asked = await fetch(url);
    assert.deepEqual([asked.status, asked.headers.get('www-authenticate')], [401, 'Basic realm="relay"']);
    const authorization = `Basic ${Buffer.from('admin:factory').toString('base64')}`;
    const answer = async (address: string, method = 'GET') => {
      const response = await fetch(address, { method, headers: { authorization } });
      return [response.status, await response.json()];
    };
    assert.deepEqual(await answer(url, 'POST'), [404, { error: 'Not Found' }]);
    assert.deepEqual(await answer(url.replace('relay/0', 'relay/1')), [404, { error: 'Not Found' }]);
    const { chip, line } = bench.plan.slots[0]?.power ?? { chip: '', line: 0 };
    const client = await bench.connect();
    assert.equal((await client.request<{ level: number }>('line.read', { chip, line })).level, 0);
    const [status, said] = await answer(url);
    assert.deepEqual([status, (said as { ison: boolean }).ison], [200, true]);
  });
});

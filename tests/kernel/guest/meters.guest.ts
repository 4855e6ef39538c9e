import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Meter, MeterOptions } from '../../../drivers/meter/meter.js';
import { openMeter } from '../../../drivers/meter/open-meter.js';

// Meters of the kernel's own drivers, named by the folder of their I2C device as in a station file.

const i2c = '/sys/bus/i2c/devices';
const isStub = (name: string) => readFileSync(`${i2c}/${name}/name`, 'utf8').startsWith('SMBus stub');
const setUp = (kind: string) =>
  execFileSync('sh', ['tests/kernel/guest/ina226.sh', kind, '5', '0.08'], { stdio: 'inherit' });
const bus = () =>
  readdirSync(i2c)
    .find((name) => name.startsWith('i2c-') && isStub(name))
    ?.slice(4) ?? '';
const device = () => `${i2c}/${bus()}-0040`;

/** The chip measures from now on that much; its words go over the bus high byte first. */
function set(volts: number, amps: number): void {
  const put = (register: number, steps: number) => {
    const word = Math.round(steps) & 0xffff;
    const swapped = ((word & 0xff) << 8) | (word >> 8);
    execFileSync('i2cset', ['-f', '-y', bus(), '0x40', String(register), String(swapped), 'w']);
  };
  put(2, volts / 0.00125);
  put(4, amps / 0.00025);
}

const kinds: Record<string, { module: string; options: () => MeterOptions }> = {
  hwmon: {
    module: 'ina2xx',
    options: () => ({ hwmon: `${device()}/hwmon`, volts: 'in1_input', amps: 'curr1_input' }),
  },
  iio: {
    module: 'ina2xx-adc',
    options: () => ({ iio: device(), volts: 'in_voltage1', amps: 'in_current3' }),
  },
};

for (const [kind, { module, options }] of Object.entries(kinds)) {
  describe(`an INA226 behind ${module}`, () => {
    let meter: Meter;
    before(async () => {
      setUp(kind);
      meter = await openMeter(options());
    });
    after(async () => {
      await meter.close();
      execFileSync('rmmod', [module]);
    });
    const shown = async () => {
      const { railVolts, railAmps = Number.NaN } = await meter.read();
      return [railVolts.toFixed(3), railAmps.toFixed(3)];
    };

    test('shows what the chip measures, anew each time', async () => {
      assert.deepEqual(await shown(), ['5.000', '0.080']);
      for (const [volts, amps] of [
        [4.75, 2.5],
        [0, 0],
        [3.3, -0.25],
        [5, 0.08],
      ] as const) {
        set(volts, amps);
        assert.deepEqual(await shown(), [volts.toFixed(3), amps.toFixed(3)]);
      }
    });

    test('names a channel that it does not have', async () => {
      const missing = { ...options(), amps: kind === 'iio' ? 'in_current9' : 'curr9_input' };
      await assert.rejects(openMeter(missing), { code: 'METER_FAILED', message: /9/ });
    });

    test('says so when it is unplugged', async () => {
      writeFileSync(`${i2c}/i2c-${bus()}/delete_device`, '0x40');
      await assert.rejects(meter.read(), { code: 'METER_FAILED', blame: 'rig' });
    });
  });
}

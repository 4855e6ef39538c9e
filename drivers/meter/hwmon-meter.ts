import { join } from 'node:path';
import { deviceFolder, readWhole } from './kernel-files.js';
import type { HwmonMeterOptions, Meter, MeterTimes } from './meter.js';

/**
 * A meter of the kernel's hwmon class: one file a value, decimal text in millivolts and milliamperes
 * (Documentation/hwmon/sysfs-interface.rst). Reads once on opening, so a wrong path is known before power is switched. Throws METER_FAILED.
 */
export async function openHwmonMeter(options: HwmonMeterOptions, times: MeterTimes = {}): Promise<Meter> {
  const folder = await deviceFolder(options.hwmon, /^hwmon\d+$/);
  const inThousandths = async (name: string) =>
    (await readWhole(join(folder, name), times.answerTimeoutMs)) / 1000;
  const { volts, amps } = options;
  const read: Meter['read'] = async () => {
    const railVolts = await inThousandths(volts);
    return amps === undefined ? { railVolts } : { railVolts, railAmps: await inThousandths(amps) };
  };
  await read();
  return { read, close: () => Promise.resolve() };
}

import { join } from 'node:path';
import { deviceFolder } from './device-folder.js';
import { meterOf } from './file-meter.js';
import type { HwmonMeterOptions, Meter, MeterTimes } from './meter.js';
import { valueFile } from './value-file.js';

/**
 * A meter of the kernel's hwmon class: one file a value, decimal text in millivolts and milliamperes
 * (Documentation/hwmon/sysfs-interface.rst). Reads once on opening. Throws METER_FAILED.
 */
export async function openHwmonMeter(options: HwmonMeterOptions, times: MeterTimes = {}): Promise<Meter> {
  const folder = await deviceFolder(options.hwmon, /^hwmon\d+$/);
  const channel = (name: string) => valueFile(join(folder, name), 'whole', times.answerTimeoutMs);
  return meterOf(channel(options.volts), options.amps === undefined ? undefined : channel(options.amps));
}

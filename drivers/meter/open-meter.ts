import type { Meter, MeterOptions, MeterTimes } from './meter.js';
import { shareMeter } from './shared-meter.js';

/** Opens the meter that the data names, loading only that one; it may be asked by many at once. Throws METER_FAILED. */
export async function openMeter(options: MeterOptions, times: MeterTimes = {}): Promise<Meter> {
  return shareMeter(await openAlone(options, times));
}

async function openAlone(options: MeterOptions, times: MeterTimes): Promise<Meter> {
  if ('hwmon' in options) {
    const { openHwmonMeter } = await import('./hwmon-meter.js');
    return openHwmonMeter(options, times);
  }
  if ('iio' in options) {
    const { openIioMeter } = await import('./iio-meter.js');
    return openIioMeter(options, times);
  }
  const { openScpiMeter } = await import('./scpi-meter.js');
  return openScpiMeter(options, times);
}

import { RigError } from '../../core/errors.js';
import type { Meter, MeterOptions } from './meter.js';

/** Opens the meter that the data names, loading only that one. Throws METER_FAILED. */
export async function openMeter(options: MeterOptions): Promise<Meter> {
  if ('hwmon' in options) {
    const { openHwmonMeter } = await import('./hwmon-meter.js');
    return openHwmonMeter(options);
  }
  throw new RigError('CONFIG_INVALID', 'only hwmon meters can be opened yet');
}

import type { MeterFiles } from './meters.js';
import { createValueFiles } from './value-files.js';

/** Millivolts and milliamperes a count: an INA226's, with a shunt of 20 mΩ (datasheet SBOS547A, 7.5: bus voltage 1.25 mV; 2.5 µV over the shunt). */
const scales = { volts: 1.25, amps: 0.125 } as const;
/** Counts that the voltage channel adds to what it reads, as converters with an offset error do: who leaves it out is 50 mV off. */
const voltageOffset = -40;

/**
 * A meter as the kernel's IIO drivers show one (Documentation/ABI/testing/sysfs-bus-iio): counts in `<channel>_raw`, to which `<channel>_offset` is
 * added before `<channel>_scale` makes millivolts and milliamperes of them. Starts at 0 V and 0 A.
 */
export function createIioFiles(folder: string, channels: { volts: string; amps?: string }): MeterFiles {
  const put = createValueFiles(folder);
  const { volts, amps } = channels;
  const show = (railMillivolts: number, railMilliamps: number): void => {
    put(`${volts}_raw`, `${Math.round(railMillivolts / scales.volts) - voltageOffset}`);
    if (amps !== undefined) put(`${amps}_raw`, `${Math.round(railMilliamps / scales.amps)}`);
  };
  put('name', 'ina226');
  put(`${volts}_offset`, `${voltageOffset}`);
  put(`${volts}_scale`, scales.volts.toFixed(9));
  if (amps !== undefined) put(`${amps}_scale`, scales.amps.toFixed(9));
  show(0, 0);
  return { folder, show };
}

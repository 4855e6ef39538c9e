import type { BenchPorts, BenchSlot } from '../rigs/bench.js';
import { createIioFiles } from './iio-files.js';
import type { Instruments } from './instruments.js';
import { createValueFiles } from './value-files.js';

/** Where a supply shows what it gives. */
export interface MeterDisplay {
  show(railMillivolts: number, railMilliamps: number): void;
}

/** A meter as the kernel's hwmon shows one: a folder with a file a value, decimal text and a newline. */
export interface MeterFiles extends MeterDisplay {
  folder: string;
}

/** A slot's meter, and where the host reads it. */
export interface SlotMeter extends MeterDisplay {
  ports: Pick<BenchPorts, 'hwmon' | 'iio' | 'scpi'>;
}

/** The meter of a slot in the form that its options name. Files go into `folder`. */
export function createSlotMeter(
  meter: NonNullable<BenchSlot['meter']>,
  folder: string,
  instruments: Instruments,
): SlotMeter {
  if ('hwmon' in meter) {
    const files = createMeterFiles(folder, meter);
    return { ...files, ports: { hwmon: folder } };
  }
  if ('iio' in meter) return { ...createIioFiles(folder, meter), ports: { iio: folder } };
  return instruments.connect(meter);
}

/** Makes the folder and its files, at 0 mV and 0 mA. */
export function createMeterFiles(folder: string, files: { volts: string; amps?: string }): MeterFiles {
  const put = createValueFiles(folder);
  const show = (railMillivolts: number, railMilliamps: number): void => {
    put(files.volts, `${Math.round(railMillivolts)}`);
    if (files.amps !== undefined) put(files.amps, `${Math.round(railMilliamps)}`);
  };
  show(0, 0);
  return { folder, show };
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import type { HwmonMeterOptions, Meter } from './meter.js';

/** A sensor on a stuck bus can hold a read for ever. */
const readTimeoutMs = 2000;

/**
 * A meter of the kernel's hwmon class: one file a value, decimal text in millivolts and milliamperes
 * (Documentation/hwmon/sysfs-interface.rst). Reads once on opening, so a wrong path is known before power is switched. Throws METER_FAILED.
 */
export async function openHwmonMeter(options: HwmonMeterOptions): Promise<Meter> {
  const volts = join(options.hwmon, options.volts);
  const amps = options.amps === undefined ? undefined : join(options.hwmon, options.amps);
  const read: Meter['read'] = async () => {
    const railVolts = (await readThousandths(volts)) / 1000;
    return amps === undefined ? { railVolts } : { railVolts, railAmps: (await readThousandths(amps)) / 1000 };
  };
  await read();
  return { read, close: () => Promise.resolve() };
}

async function readThousandths(file: string): Promise<number> {
  const text = await readSensor(file);
  if (/^-?\d+\n?$/.test(text)) return Number(text);
  throw new RigError(
    'METER_FAILED',
    `${file} holds ${JSON.stringify(text.slice(0, 80))}, not a whole number`,
  );
}

async function readSensor(file: string): Promise<string> {
  const onTimeout = () =>
    new RigError('METER_FAILED', `${file} could not be read within ${readTimeoutMs / 1000} s`);
  try {
    return await withDeadline(() => readFile(file, 'utf8'), { timeoutMs: readTimeoutMs, onTimeout });
  } catch (cause) {
    if (cause instanceof RigError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RigError('METER_FAILED', `cannot read ${file}: ${why}`, { cause });
  }
}

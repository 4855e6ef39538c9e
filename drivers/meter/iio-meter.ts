import { join } from 'node:path';
import { RigError } from '../../core/errors.js';
import { deviceFolder, isThere, readDecimal } from './kernel-files.js';
import type { IioMeterOptions, Meter, MeterTimes } from './meter.js';

/**
 * A meter of the kernel's IIO class (Documentation/ABI/testing/sysfs-bus-iio): a channel is `<channel>_input` in mV or mA, or
 * `(<channel>_raw + offset) × scale`. Offset and scale belong to the channel or are shared by its kind; they are read once, on opening. Throws METER_FAILED.
 */
export async function openIioMeter(options: IioMeterOptions, times: MeterTimes = {}): Promise<Meter> {
  const folder = await deviceFolder(options.iio, /^iio:device\d+$/);
  const volts = await openChannel(folder, options.volts, times);
  const amps = options.amps === undefined ? undefined : await openChannel(folder, options.amps, times);
  const read: Meter['read'] = async () => {
    const railVolts = (await volts()) / 1000;
    return amps === undefined ? { railVolts } : { railVolts, railAmps: (await amps()) / 1000 };
  };
  await read();
  return { read, close: () => Promise.resolve() };
}

/** Reads one channel, in mV or mA. */
async function openChannel(
  folder: string,
  channel: string,
  { answerTimeoutMs }: MeterTimes,
): Promise<() => Promise<number>> {
  const processed = join(folder, `${channel}_input`);
  if (await isThere(processed)) return () => readDecimal(processed, answerTimeoutMs);
  const raw = join(folder, `${channel}_raw`);
  const whole = () => readDecimal(raw, answerTimeoutMs);
  await whole();
  const scaleFile = await attributeOf(folder, channel, 'scale');
  if (scaleFile === undefined)
    throw new RigError('METER_FAILED', `${raw} has no scale, so it is not known what it measures`);
  const offsetFile = await attributeOf(folder, channel, 'offset');
  const scale = await readDecimal(scaleFile, answerTimeoutMs);
  const offset = offsetFile === undefined ? 0 : await readDecimal(offsetFile, answerTimeoutMs);
  return async () => ((await whole()) + offset) * scale;
}

/** The channel's own attribute, else that of its kind: `in_voltage1_scale`, `in_voltage_scale`, `in_scale`. */
async function attributeOf(folder: string, channel: string, name: string): Promise<string | undefined> {
  const kind = channel.replace(/^(\w+?)\d+(?:(-[a-z]+)\d+)?.*$/, '$1$2');
  const direction = channel.replace(/_.*$/, '');
  for (const owner of [channel, kind, direction]) {
    const file = join(folder, `${owner}_${name}`);
    if (await isThere(file)) return file;
  }
  return undefined;
}

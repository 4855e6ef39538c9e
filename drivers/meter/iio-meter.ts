import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { RigError } from '../../core/errors.js';
import { deviceFolder } from './device-folder.js';
import { meterOf, type Channel } from './file-meter.js';
import type { IioMeterOptions, Meter, MeterTimes } from './meter.js';
import { valueFile } from './value-file.js';

/**
 * A meter of the kernel's IIO class (Documentation/ABI/testing/sysfs-bus-iio): a channel is `<channel>_input` in mV or mA, or
 * `(<channel>_raw + offset) × scale`. Offset and scale belong to the channel or are shared by its kind; they are read once, on opening. Throws METER_FAILED.
 */
export async function openIioMeter(options: IioMeterOptions, times: MeterTimes = {}): Promise<Meter> {
  const folder = await deviceFolder(options.iio, /^iio:device\d+$/);
  const volts = await openChannel(folder, options.volts, times);
  const amps = options.amps === undefined ? undefined : await openChannel(folder, options.amps, times);
  return meterOf(volts, amps);
}

/** Opens no file for good before it knows that there is a scale. */
async function openChannel(
  folder: string,
  channel: string,
  { answerTimeoutMs }: MeterTimes,
): Promise<Channel> {
  const fileOf = (name: string) => valueFile(join(folder, name), 'decimal', answerTimeoutMs);
  const once = async (name: string) => {
    const file = fileOf(name);
    try {
      return await file.read();
    } finally {
      file.close();
    }
  };
  if (await isThere(join(folder, `${channel}_input`))) return fileOf(`${channel}_input`);
  await once(`${channel}_raw`);
  const scaleName = await attributeOf(folder, channel, 'scale');
  if (scaleName === undefined) {
    const what = `${join(folder, `${channel}_raw`)} has no scale, so it is not known what it measures`;
    throw new RigError('METER_FAILED', what);
  }
  const offsetName = await attributeOf(folder, channel, 'offset');
  const scale = await once(scaleName);
  const offset = offsetName === undefined ? 0 : await once(offsetName);
  const raw = fileOf(`${channel}_raw`);
  return { read: async () => ((await raw.read()) + offset) * scale, close: raw.close };
}

/** The channel's own attribute, else that of its kind: `in_voltage1_scale`, `in_voltage_scale`, `in_scale`. */
async function attributeOf(folder: string, channel: string, name: string): Promise<string | undefined> {
  const kind = channel.replace(/^(\w+?)\d+(?:(-[a-z]+)\d+)?.*$/, '$1$2');
  const direction = channel.replace(/_.*$/, '');
  for (const owner of [channel, kind, direction]) {
    if (await isThere(join(folder, `${owner}_${name}`))) return `${owner}_${name}`;
  }
  return undefined;
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

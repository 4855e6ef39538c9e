import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeterOptions } from '../../../drivers/meter/meter.js';
import { startScpiInstrument } from './scpi-instrument.js';

/** Something to measure with, whose every behaviour a test can bring about. */
export interface MeterStand {
  options: MeterOptions;
  voltsOnly: MeterOptions;
  set(volts: number, amps: number): void | Promise<void>;
  /** Names a channel that is not there. */
  missing: MeterOptions;
  /** The current cannot be read as a number from now on. */
  garble(): void;
  /** The current is asked for, and no answer comes. */
  hang(): void;
  unplug(): void | Promise<void>;
  close(): void | Promise<void>;
}

/** Every way to measure. */
export const meterStands: Record<string, () => MeterStand | Promise<MeterStand>> = {
  hwmon: () => fileStand('hwmon', ['hwmon', 'hwmon7'], { volts: 'in1_input', amps: 'curr1_input' }),
  'IIO, processed': () =>
    fileStand('iio', ['iio:device3'], { volts: 'in_voltage1', amps: 'in_current3' }, { ending: '_input' }),
  'IIO, raw': () =>
    fileStand('iio', [], { volts: 'in_voltage1', amps: 'in_current3' }, { ending: '_raw', scale: 1.25 }),
  SCPI: scpiStand,
};

/** Files in a folder, as the kernel shows them; `within` are the folders from the named one down. */
function fileStand(
  kind: 'hwmon' | 'iio',
  within: readonly string[],
  { volts, amps }: { volts: string; amps: string },
  { ending = '', scale }: { ending?: string; scale?: number } = {},
): MeterStand {
  const root = mkdtempSync(join(tmpdir(), 'rig-meter-'));
  const folder = join(root, ...within);
  mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const thousandths = (value: number) => `${Math.round((value * 1000) / (scale ?? 1))}\n`;
  if (scale !== undefined) {
    put('in_voltage_scale', `${scale}000000\n`);
    put(`${amps}_scale`, `${scale}\n`);
  }
  const set = (volt: number, ampere: number) => {
    put(`${volts}${ending}`, thousandths(volt));
    put(`${amps}${ending}`, thousandths(ampere));
  };
  set(5, 0.08);
  const given = within[0] === kind ? join(root, kind) : root;
  const place = kind === 'hwmon' ? { hwmon: given } : { iio: given };
  const options: MeterOptions = { ...place, volts, amps };
  let fifo: string | undefined;
  return {
    options,
    voltsOnly: { ...place, volts },
    set,
    missing: { ...options, amps: kind === 'hwmon' ? 'curr9_input' : 'in_current9' },
    garble: () => put(`${amps}${ending}`, 'N/A\n'),
    hang() {
      fifo = join(folder, `${amps}${ending}`);
      rmSync(fifo);
      execFileSync('mkfifo', [fifo]);
    },
    unplug: () => rmSync(folder, { recursive: true }),
    close() {
      // Whoever still waits for the pipe to be opened is let go.
      if (fifo !== undefined) closeSync(openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function scpiStand(): Promise<MeterStand> {
  const instrument = await startScpiInstrument();
  const { host, port } = instrument;
  const voltsOnly = { scpi: { host, port }, volts: 'MEAS:VOLT? (@1)' };
  const options = { ...voltsOnly, amps: 'MEAS:CURR? (@1)' };
  return {
    options,
    voltsOnly,
    set: (volts, amps) => void Object.assign(instrument, { volts, amps }),
    missing: { ...options, amps: 'MEAS:CURR? (@9)' },
    garble: () => void (instrument.answers = 'N/A'),
    hang: () => void (instrument.isStuck = true),
    unplug: () => instrument.close(),
    close: () => instrument.close(),
  };
}

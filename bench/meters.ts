import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A meter as the kernel's hwmon shows one: a folder with a file a value, decimal text and a newline. */
export interface MeterFiles {
  folder: string;
  /** Each file is replaced as a whole, so a reader never finds it empty or torn. One whose folder was removed stays away, as an unplugged meter does. */
  show(railMillivolts: number, railMilliamps: number): void;
}

/** Makes the folder and its files, at 0 mV and 0 mA. */
export function createMeterFiles(folder: string, files: { volts: string; amps?: string }): MeterFiles {
  mkdirSync(folder, { recursive: true });
  const shown = new Map<string, number>();
  const put = (name: string, value: number): void => {
    if (shown.get(name) === value) return;
    const fresh = join(folder, `.${name}.new`);
    try {
      writeFileSync(fresh, `${value}\n`);
      renameSync(fresh, join(folder, name));
      shown.set(name, value);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
  const show = (railMillivolts: number, railMilliamps: number): void => {
    put(files.volts, Math.round(railMillivolts));
    if (files.amps !== undefined) put(files.amps, Math.round(railMilliamps));
  };
  show(0, 0);
  return { folder, show };
}

import { join } from 'node:path';
import type { Gpio } from 'onoff';
import { RigError } from '../core/errors.js';
import { isActive, levelFor, lineName, type InputLine, type LineAddress, type LineBackend } from './line.js';
import { assertDriven, drive, openGpio, release, watchGpio } from './onoff-line.js';
import { trackOpenLines } from './open-lines.js';
import { globalNumber, readSysfsChips } from './sysfs-chips.js';
import { withLineErrors, type Place } from './sysfs-place.js';

export interface OnoffLinesOptions {
  /** Root of sysfs; onoff itself only knows `/sys`, so another root needs another `load`. */
  sysfs?: string;
  load?: () => Promise<{ Gpio: typeof Gpio }>;
}

/**
 * Lines of a real kernel, through onoff and sysfs. Throws GPIO_BACKEND_MISSING when onoff cannot be loaded. sysfs lets several
 * processes hold one line, which the guard needs; the leases of a run keep slots apart.
 */
export async function openOnoffLines(options: OnoffLinesOptions = {}): Promise<LineBackend> {
  const { sysfs = '/sys', load = () => import('onoff') } = options;
  const OnoffGpio = await loadGpio(load);
  const lines = trackOpenLines('onoff');
  const find = (address: LineAddress): Promise<Place> => {
    lines.assertOpen();
    return placeOf(address, sysfs);
  };
  return {
    name: 'onoff',
    async openOutput(address, { initial }) {
      const place = await find(address);
      const level = initial === 'as-is' ? undefined : levelFor(address, initial);
      const gpio = await openGpio(
        OnoffGpio,
        place,
        level === undefined ? 'as-is' : level === 1 ? 'high' : 'low',
      );
      const life = lines.add(address, () => release(gpio));
      try {
        if (level !== undefined)
          await withLineErrors(place, 'reading it back', () => assertDriven(gpio, place, level));
      } catch (thrown) {
        await life.close();
        throw thrown;
      }
      return {
        address,
        async write(active) {
          life.assertOpen();
          await withLineErrors(place, 'writing it', () => drive(gpio, place, levelFor(address, active)));
        },
        async read() {
          life.assertOpen();
          return withLineErrors(place, 'reading it', () => isActive(address, gpio.readSync()));
        },
        close: () => life.close(),
      };
    },
    async openInput(address, { debounceMs = 0 } = {}): Promise<InputLine> {
      const place = await find(address);
      const gpio = await openGpio(OnoffGpio, place, 'in');
      const stops: (() => void)[] = [];
      const life = lines.add(address, () => {
        for (const stop of stops) stop();
        release(gpio);
      });
      return {
        address,
        async read() {
          life.assertOpen();
          return withLineErrors(place, 'reading it', () => isActive(address, gpio.readSync()));
        },
        async watch(listener) {
          life.assertOpen();
          const start = () => watchGpio(gpio, place, { address, debounceMs, listener });
          stops.push(await withLineErrors(place, 'watching it', start));
        },
        close: () => life.close(),
      };
    },
    close: () => lines.closeAll(),
  };
}

async function loadGpio(load: () => Promise<{ Gpio: typeof Gpio }>): Promise<typeof Gpio> {
  try {
    return (await load()).Gpio;
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
    throw new RigError(
      'GPIO_BACKEND_MISSING',
      `onoff could not be loaded (${why}); install a compiler (apt-get install build-essential) and run npm ci again`,
      { cause: thrown },
    );
  }
}

async function placeOf(address: LineAddress, sysfs: string): Promise<Place> {
  const gpioFolder = join(sysfs, 'class/gpio');
  const number = globalNumber(await readSysfsChips(gpioFolder), address);
  return {
    name: lineName(address),
    number,
    gpioFolder,
    folder: join(gpioFolder, `gpio${number}`),
    debugFile: join(sysfs, 'kernel/debug/gpio'),
  };
}

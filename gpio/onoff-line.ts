import { closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gpio } from 'onoff';
import { RigError } from '../core/errors.js';
import { filterEdges } from './edges.js';
import { isActive, type Level, type LineAddress } from './line.js';
import { clearEdge, exportLine, reportsEdges } from './sysfs-export.js';
import { withLineErrors, type Place } from './sysfs-place.js';

/** How often a line is looked at whose chip has no interrupts. */
const pollMs = 10;

/**
 * Exports and opens the line. `high` and `low` make it an output with that level in one step, without the other level in between;
 * `as-is` leaves direction and level alone. onoff swallows errors of lines that are exported already: prove the result.
 */
export async function openGpio(
  OnoffGpio: typeof Gpio,
  place: Place,
  wanted: 'in' | 'high' | 'low' | 'as-is',
): Promise<Gpio> {
  await exportLine(place);
  return withLineErrors(place, 'opening it', async () => {
    if (wanted === 'as-is') {
      const direction = (await readFile(join(place.folder, 'direction'), 'utf8')).trim();
      const same = direction === 'out' ? 'out' : 'in';
      return new OnoffGpio(place.number, same, { activeLow: false, reconfigureDirection: false });
    }
    if (wanted !== 'in') await clearEdge(place);
    const gpio = new OnoffGpio(place.number, wanted, { activeLow: false, reconfigureDirection: true });
    if (wanted !== 'in' || gpio.direction() === 'in') return gpio;
    release(gpio);
    throw new RigError('LINE_READBACK', `${place.name} was made an input and stayed an output`);
  });
}

/** Gives the line the level, as an output whatever it was, and proves it. */
export async function drive(gpio: Gpio, place: Place, level: Level): Promise<void> {
  if (gpio.direction() === 'out') await gpio.write(level);
  else {
    await clearEdge(place);
    gpio.setDirection(level === 1 ? 'high' : 'low');
  }
  assertDriven(gpio, place, level);
}

/** Throws LINE_READBACK when the line is not an output with this electrical level. */
export function assertDriven(gpio: Gpio, place: Place, level: Level): void {
  const isOutput = gpio.direction() === 'out';
  // With the kernel's own active-low switched on, `value` would be the opposite of the electrical level.
  const isElectrical = !gpio.activeLow();
  const seen = gpio.readSync();
  if (isOutput && isElectrical && seen === level) return;
  const found = !isOutput
    ? 'is an input'
    : !isElectrical
      ? 'has active_low set in sysfs'
      : `reads back ${seen}`;
  throw new RigError(
    'LINE_READBACK',
    `${place.name} (gpio ${place.number}) was driven to ${level} and ${found}`,
  );
}

/**
 * Reports changes to the listener until the returned function is called: by interrupt, or by looking where the chip has none.
 * A line that is lost falls silent here for as long as it is; reading it throws LINE_LOST.
 */
export async function watchGpio(
  gpio: Gpio,
  place: Place,
  how: { address: LineAddress; debounceMs: number; listener: (active: boolean) => void },
): Promise<() => void> {
  const { address, debounceMs, listener } = how;
  const look = () => isActive(address, gpio.readSync());
  const filter = filterEdges(look(), debounceMs, listener);
  const lookAgain = () => {
    try {
      filter.offer(look());
    } catch {
      // An expander can fail once on its bus, and who waits for a button would wait for ever.
    }
  };
  if (!(await reportsEdges(place))) {
    const timer = setInterval(lookAgain, pollMs);
    return () => {
      clearInterval(timer);
      filter.stop();
    };
  }
  gpio.setEdge('both');
  gpio.watch(lookAgain);
  lookAgain();
  // `edge` stays as it is: it is one for all who watch the line, in this process and in others.
  return () => {
    filter.stop();
    gpio.unwatchAll();
  };
}

/**
 * Closes what onoff opened but leaves the line exported: `unexport` gives the pin back to its chip, and many chips then stop
 * driving it.
 */
export function release(gpio: Gpio): void {
  gpio.unwatchAll();
  closeSync(gpio._valueFd);
}

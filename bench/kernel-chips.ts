import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RigError } from '../core/errors.js';
import type { Level } from './lines.js';

/** A simulated GPIO chip of the running kernel. */
export interface KernelChip {
  label: string;
  /** Global number of its first line. */
  firstNumber: number;
  lineCount: number;
  kind: 'gpio-sim' | 'gpio-mockup';
  /** What holds the files of its lines. */
  folder: string;
}

/** Makes inputs of a chip and looks at its lines from the side of the world, which no driver of the rig can do. */
export interface LineFiles {
  /** Reads `0` or `1`: what the line is driven to, or its pull. */
  value: string;
  /** Gives a line that is no output this level. */
  drive: { file: string; text: (level: Level) => string };
}

/** `gpiochip0: GPIOs 512-539, parent: platform/gpio-sim.0, pinctrl-bcm2711, can sleep:` */
const chipLine = /^(gpiochip\d+): GPIOs (\d+)-(\d+), parent: platform\/([^,]+), (.+?)(?:, can sleep)?:$/gm;
/** `gpio-512 (                    |sysfs               ) out hi` */
const usedLine = /^ gpio-(\d+) \(.*\) (in|out) /gm;

/**
 * The chip with that label among those whose lines can be watched from outside. Throws LINE_NOT_FOUND and LINE_PERMISSION, saying
 * how to make one.
 */
export function findKernelChip(label: string, root = '/'): KernelChip {
  const chips = [...readDebugFile(root).matchAll(chipLine)].flatMap((found): KernelChip[] => {
    const [, name = '', first, last, device = '', chipLabel = ''] = found;
    const kind = device.startsWith('gpio-sim.') ? 'gpio-sim' : 'gpio-mockup';
    const folder =
      kind === 'gpio-sim'
        ? join(root, 'sys/devices/platform', device, name)
        : join(root, 'sys/kernel/debug/gpio-mockup', name);
    const firstNumber = Number(first);
    const lineCount = Number(last) - firstNumber + 1;
    return existsSync(folder) ? [{ label: chipLabel, firstNumber, lineCount, kind, folder }] : [];
  });
  const named = chips.filter((chip) => chip.label === label);
  const [chip] = named;
  if (chip && named.length === 1) return chip;
  const known = chips.map((other) => `'${other.label}'`).join(', ') || 'none';
  const why = chip ? `${named.length} chips are labelled '${label}'` : `no chip is labelled '${label}'`;
  throw new RigError(
    'LINE_NOT_FOUND',
    `${why} among the kernel's simulated chips (${known}); virtual boards can only hang on a chip of gpio-sim or gpio-mockup`,
  );
}

/** The files of one line. Throws LINE_NOT_FOUND when the chip has no such line. */
export function lineFiles({ label, kind, folder, lineCount }: KernelChip, line: number): LineFiles {
  if (line >= lineCount) {
    throw new RigError('LINE_NOT_FOUND', `chip '${label}' of this kernel has lines 0 to ${lineCount - 1}`);
  }
  if (kind === 'gpio-mockup') {
    const file = join(folder, String(line));
    return { value: file, drive: { file, text: String } };
  }
  const pull = join(folder, `sim_gpio${line}`, 'pull');
  const text = (level: Level): string => (level === 1 ? 'pull-up' : 'pull-down');
  return { value: join(folder, `sim_gpio${line}`, 'value'), drive: { file: pull, text } };
}

/** Global numbers of the lines that somebody uses as outputs at this moment. */
export function readOutputs(root = '/'): Set<number> {
  const used = [...readDebugFile(root).matchAll(usedLine)];
  return new Set(used.filter(([, , direction]) => direction === 'out').map(([, number]) => Number(number)));
}

function readDebugFile(root: string): string {
  const path = join(root, 'sys/kernel/debug/gpio');
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new RigError(
      'LINE_PERMISSION',
      `${path} cannot be read: the bench finds the kernel's simulated chips there; run as root and mount debugfs`,
      { cause: thrown },
    );
  }
}

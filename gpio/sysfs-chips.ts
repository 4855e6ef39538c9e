import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../core/files.js';
import { suggestion } from '../core/nearest-name.js';
import { RigError } from '../core/errors.js';
import { lineName, type LineAddress } from './line.js';

/** A GPIO chip as the kernel shows it below `/sys/class/gpio`. */
export interface SysfsChip {
  /** Name of its folder: `gpiochip512`. */
  folder: string;
  label: string;
  /** Global number of its line 0. Differs from kernel to kernel, so it never stands in a file. */
  base: number;
  lineCount: number;
}

/** Every chip of the host, by base. Throws GPIO_BACKEND_MISSING on a kernel without the sysfs interface. */
export async function readSysfsChips(gpioFolder: string): Promise<SysfsChip[]> {
  const folders = (await listFolder(gpioFolder)).filter((name) => /^gpiochip\d+$/.test(name));
  const chips = await Promise.all(
    folders.map(async (folder) => {
      const read = async (file: string) => (await readFile(join(gpioFolder, folder, file), 'utf8')).trim();
      const [label, base, lineCount] = await Promise.all([read('label'), read('base'), read('ngpio')]);
      return { folder, label, base: Number(base), lineCount: Number(lineCount) };
    }),
  );
  return chips.sort((one, other) => one.base - other.base);
}

/** The global number of the line. Throws LINE_NOT_FOUND when label and line do not name exactly one line. */
export function globalNumber(chips: readonly SysfsChip[], address: LineAddress): number {
  const { chip: label, line } = address;
  const named = chips.filter((chip) => chip.label === label);
  const [chip] = named;
  if (chip === undefined) {
    const known = [...new Set(chips.map((other) => other.label))];
    throw notFound(address, `no GPIO chip is labelled '${label}'; ${suggestion(label, known)}`);
  }
  if (named.length > 1) {
    const folders = named.map((other) => other.folder).join(' and ');
    throw notFound(
      address,
      `${folders} are both labelled '${label}'; give one of them another label in its device tree`,
    );
  }
  if (!Number.isInteger(line) || line < 0 || line >= chip.lineCount) {
    throw notFound(address, `chip '${label}' (${chip.folder}) has lines 0 to ${chip.lineCount - 1}`);
  }
  return chip.base + line;
}

/** Who uses the line, from the text of `/sys/kernel/debug/gpio`; undefined when it does not say. */
export function holderOf(debugText: string, number: number): string | undefined {
  const found = new RegExp(`^\\s*gpio-${number}\\s+\\(([^)]*)\\)`, 'm').exec(debugText)?.[1];
  const holder = found?.includes('|') ? found.split('|')[1]?.trim() : undefined;
  return holder === '' ? undefined : holder;
}

async function listFolder(gpioFolder: string): Promise<string[]> {
  try {
    return await readdir(gpioFolder);
  } catch (thrown) {
    if (!hasErrno(thrown, 'ENOENT')) throw thrown;
    throw new RigError(
      'GPIO_BACKEND_MISSING',
      `there is no ${gpioFolder}: this kernel has no GPIO chip, or was built without CONFIG_GPIO_SYSFS`,
      { cause: thrown },
    );
  }
}

function notFound(address: LineAddress, what: string): RigError {
  return new RigError('LINE_NOT_FOUND', `${lineName(address)}: ${what}`);
}

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Stands in for the files that a kernel with gpio-sim and gpio-mockup shows: they cannot be had on a machine whose kernel lacks both.
 * `tests/kernel/` runs the same bench on a real one. Unlike the kernel it has no pull resistors: writing `pull` changes no level.
 */
export interface FakeSimChips {
  root: string;
  setLevel(chip: 'sim' | 'mockup', line: number, level: 0 | 1): Promise<void>;
  /** What the bench wrote to pull the line of the gpio-sim chip. */
  pullOf(line: number): Promise<string>;
  /** Numbers of the lines that a process uses as outputs: the chip of gpio-sim begins at 512, that of gpio-mockup at 600. */
  setOutputs(numbers: readonly number[]): Promise<void>;
  remove(): Promise<void>;
}

/** A chip labelled `pins` of gpio-sim and one labelled `gpio-mockup-A` of gpio-mockup, four lines each, all low. */
export async function fakeSimChips(): Promise<FakeSimChips> {
  const root = await mkdtemp(join(tmpdir(), 'rig-chips-'));
  const debug = join(root, 'sys/kernel/debug');
  const mockup = join(debug, 'gpio-mockup/gpiochip1');
  const lineFolder = (line: number) =>
    join(root, `sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio${line}`);
  await mkdir(mockup, { recursive: true });
  for (const line of [0, 1, 2, 3]) {
    await mkdir(lineFolder(line), { recursive: true });
    await writeFile(join(lineFolder(line), 'value'), '0\n');
    await writeFile(join(mockup, String(line)), '0\n');
  }
  const setOutputs = async (numbers: readonly number[]) => {
    const used = (first: number) =>
      numbers
        .filter((number) => number >= first && number < first + 4)
        .map((number) => ` gpio-${number} (                    |sysfs               ) out hi \n`)
        .join('');
    await writeFile(
      join(debug, 'gpio'),
      `gpiochip0: GPIOs 512-515, parent: platform/gpio-sim.0, pins, can sleep:\n${used(512)}\n` +
        `gpiochip1: GPIOs 600-603, parent: platform/gpio-mockup.0, gpio-mockup-A, can sleep:\n${used(600)}\n` +
        `gpiochip2: GPIOs 700-715, parent: i2c/0-0020, 0-0020, can sleep:\n`,
    );
  };
  await setOutputs([]);
  return {
    root,
    setLevel: (chip, line, level) =>
      writeFile(
        chip === 'sim' ? join(lineFolder(line), 'value') : join(mockup, String(line)),
        // The same length, so that a reader finds one level or the other and never an empty file.
        `${level}\n`,
        { flag: 'r+' },
      ),
    pullOf: (line) => readFile(join(lineFolder(line), 'pull'), 'utf8'),
    setOutputs,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

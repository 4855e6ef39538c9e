import { readdirSync, statSync } from 'node:fs';
import { RigError } from '../core/errors.js';
import { suggestion } from '../core/nearest-name.js';
import { findSyntax, runGpiod, type GpiodAnswer } from './gpiod-run.js';
import { parseChips, parseConsumers, type DetectedChip } from './gpiod-tools.js';
import { lineName, type LineAddress } from './line.js';

/** A chip that is there now. */
export interface GpiodChip extends DetectedChip {
  /** Marks this appearance of the chip: one that went away and came back has another one, though its name may be the same. */
  device: string;
}

/** Finds chips by label. */
export interface GpiodChips {
  /** Throws LINE_NOT_FOUND when label and line do not name exactly one line, LINE_PERMISSION when chips may not be opened. */
  find(address: LineAddress): Promise<GpiodChip>;
  /** The same for a line that was found before: LINE_LOST when its chip is not there any more. */
  findAgain(address: LineAddress): Promise<GpiodChip>;
  /** True while a chip with this mark is there. */
  isThere(device: string): boolean;
}

/** Asks `gpiodetect` when a chip came or went since it was asked last, and only then. */
export function findChips(): GpiodChips {
  let known: { devices: string; answer: Promise<GpiodAnswer> } | undefined;
  const detect = (devices: Map<string, string>): Promise<GpiodAnswer> => {
    const text = [...devices].join();
    if (known?.devices === text) return known.answer;
    const answer = runGpiod('gpiodetect', []);
    const asked = (known = { devices: text, answer });
    const forget = () => void (known === asked && (known = undefined));
    // A chip that may not be opened today may be tomorrow, and nothing about its device shows that but trying.
    void answer.then(({ ok }) => ok || forget(), forget);
    return answer;
  };
  const find = async (address: LineAddress): Promise<GpiodChip> => {
    const devices = chipDevices();
    const chip = chipFor(address, await detect(devices));
    const device = devices.get(chip.name);
    if (device === undefined) throw gone(address);
    return { ...chip, device };
  };
  return {
    find,
    async findAgain(address) {
      try {
        return await find(address);
      } catch (thrown) {
        if (thrown instanceof RigError && thrown.code === 'LINE_NOT_FOUND') throw gone(address, thrown);
        throw thrown;
      }
    },
    isThere: (device) => [...chipDevices().values()].includes(device),
  };
}

/** Who holds which line, as libgpiod sees it. Throws GPIO_BACKEND_MISSING; the returned function throws as `find` does. */
export async function readGpiodLines(): Promise<(address: LineAddress) => string | undefined> {
  const syntax = await findSyntax();
  const detected = await runGpiod('gpiodetect', []);
  const byChip = new Map<string, Map<number, string>>();
  for (const { name } of parseChips(detected.stdout)) {
    byChip.set(name, parseConsumers((await runGpiod('gpioinfo', syntax.info(name))).stdout));
  }
  return (address) => byChip.get(chipFor(address, detected).name)?.get(address.line);
}

/** The one chip that label and line name, of those that `gpiodetect` answered. */
function chipFor(address: LineAddress, { stdout, complaint }: GpiodAnswer): DetectedChip {
  const { chip: label, line } = address;
  const chips = parseChips(stdout);
  const named = chips.filter((other) => other.label === label);
  const [chip] = named;
  if (chip === undefined) {
    if (/permission denied/i.test(complaint)) {
      throw new RigError(
        'LINE_PERMISSION',
        `${lineName(address)}: ${complaint}; add this user to the group that owns /dev/gpiochip* (gpio on Raspberry Pi OS)`,
      );
    }
    const labels = [...new Set(chips.map((other) => other.label))];
    throw notFound(address, `no GPIO chip is labelled '${label}'; ${suggestion(label, labels)}`);
  }
  if (named.length > 1) {
    const names = named.map((other) => other.name).join(' and ');
    throw notFound(
      address,
      `${names} are both labelled '${label}'; give one of them another label in its device tree`,
    );
  }
  if (!Number.isInteger(line) || line < 0 || line >= chip.lineCount) {
    throw notFound(address, `chip '${label}' (${chip.name}) has lines 0 to ${chip.lineCount - 1}`);
  }
  return chip;
}

/** The device files of all chips, each with its mark: inode numbers of /dev are never given out twice. */
function chipDevices(): Map<string, string> {
  const names = readdirSync('/dev').filter((name) => /^gpiochip\d+$/.test(name));
  const devices = names.sort().map((name): [string, string] | undefined => {
    const found = statSync(`/dev/${name}`, { throwIfNoEntry: false });
    return found && [name, `${name}:${found.rdev}:${found.ino}`];
  });
  return new Map(devices.filter((device) => device !== undefined));
}

function notFound(address: LineAddress, what: string): RigError {
  return new RigError('LINE_NOT_FOUND', `${lineName(address)}: ${what}`);
}

function gone(address: LineAddress, cause?: unknown): RigError {
  return new RigError('LINE_LOST', `${lineName(address)}: the chip '${address.chip}' is gone`, { cause });
}

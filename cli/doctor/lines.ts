import { readFile } from 'node:fs/promises';
import { catalogue } from '../../core/error-catalogue.js';
import type { RigError } from '../../core/errors.js';
import { asRigError } from '../../core/errors.js';
import { lineName, type LineAddress } from '../../gpio/line.js';
import { globalNumber, holderOf, readSysfsChips, type SysfsChip } from '../../gpio/sysfs-chips.js';
import type { Station } from '../../rigs/types.js';
import type { Finding } from './finding.js';

/** What keeps a line at its level when no run is under way: sysfs, and the holders of `gpiod`, which version 1 gives no name. */
const ours: ReadonlySet<string> = new Set(['sysfs', 'gpioset', 'rigwright']);

interface NamedLine {
  use: string;
  address: LineAddress;
}

/** Every line of the station is on its chip and free. Looked up only: no line is requested, so none changes. */
export async function checkLines(station: Station, lookUp = openLookUp): Promise<Finding[]> {
  if (station.gpio === undefined) return [];
  const lines = linesOf(station);
  if (lines.length === 0) return [];
  const where = { area: 'lines', subject: station.name } as const;
  let find: LookUp;
  try {
    find = await lookUp(station.gpio);
  } catch (thrown) {
    return [problem(where.subject, asRigError(thrown))];
  }
  const findings = lines.flatMap(({ use, address }): Finding[] => {
    try {
      const holder = find(address);
      if (holder === undefined || ours.has(holder)) return [];
      const found = `${lineName(address)} (${use}) is held by '${holder}'`;
      return [
        { ...where, severity: 'warning', found, remedy: 'end that program, unless it is a run of this rig' },
      ];
    } catch (thrown) {
      const error = asRigError(thrown);
      return [problem(`${station.name} ${use}`, error)];
    }
  });
  if (findings.length > 0) return findings;
  const chips = [...new Set(lines.map(({ address }) => address.chip))];
  return [{ ...where, severity: 'ok', found: `${lines.length} lines on ${chips.join(', ')}` }];
}

/** Who holds the line; undefined for a free one. Throws LINE_NOT_FOUND. */
type LookUp = (address: LineAddress) => string | undefined;

async function openLookUp(way: 'onoff' | 'gpiod'): Promise<LookUp> {
  if (way === 'gpiod') {
    const { readGpiodLines } = await import('../../gpio/gpiod-chips.js');
    return readGpiodLines();
  }
  const chips: SysfsChip[] = await readSysfsChips('/sys/class/gpio');
  // Only root may read it; without it a busy line shows when it is opened.
  const debug = await readFile('/sys/kernel/debug/gpio', 'utf8').catch(() => '');
  return (address) => holderOf(debug, globalNumber(chips, address));
}

function problem(subject: string, error: RigError): Finding {
  const { code, message } = error;
  return {
    area: 'lines',
    subject,
    severity: 'error',
    found: message.slice(code.length + 2),
    remedy: catalogue[code].remedy,
  };
}

function linesOf({ slots, operator = { waitSeconds: 0 } }: Station): NamedLine[] {
  const all: [string, object | undefined][] = [
    ['lid', operator.lid],
    ['emergency stop', operator.emergencyStop],
    ['start button', operator.start],
    ['buzzer', operator.buzzer],
    ...slots.flatMap(({ id, power, boot, reset, lamps }): [string, object | undefined][] => [
      [`${id} power`, power],
      [`${id} boot`, boot],
      [`${id} reset`, reset],
      [`${id} pass lamp`, lamps.pass],
      [`${id} fail lamp`, lamps.fail],
      [`${id} busy lamp`, lamps.busy],
    ]),
  ];
  return all.flatMap(([use, address]) => (isLine(address) ? [{ use, address }] : []));
}

function isLine(address: object | undefined): address is LineAddress {
  return address !== undefined && 'chip' in address;
}

import { openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { LineAddress } from '../../../gpio/line.js';

interface StationFile {
  slots: { id: string; power?: LineAddress; boot?: LineAddress; reset?: LineAddress }[];
}

export interface SimOutput {
  /** `slot1 power`. */
  use: string;
  /** Looks at the line from outside, past every backend. */
  isActive: () => boolean;
}

/**
 * Power, boot and reset lines of a station file on the chips that `gpio-sim.sh` made, each pulled to where it is off, as a rig wires it before
 * anything runs there. The files stay open until this process ends.
 */
export function simOutputs(stationPath: string): SimOutput[] {
  const { slots } = parse(readFileSync(stationPath, 'utf8')) as StationFile;
  return slots.flatMap(({ id, power, boot, reset }) =>
    Object.entries({ power, boot, reset }).flatMap(([role, address]) =>
      address === undefined ? [] : [{ use: `${id} ${role}`, isActive: watchLine(address) }],
    ),
  );
}

function watchLine({ chip, line, activeLow = false }: LineAddress): () => boolean {
  const config = join('/sys/kernel/config/gpio-sim', chip);
  const text = (path: string) => readFileSync(join(config, path), 'utf8').trim();
  const device = join('/sys/devices/platform', text('dev_name'), text('bank/chip_name'));
  writeFileSync(join(device, `sim_gpio${line}`, 'pull'), activeLow ? 'pull-up' : 'pull-down');
  const descriptor = openSync(join(device, `sim_gpio${line}`, 'value'), 'r');
  const buffer = Buffer.alloc(1);
  return () => {
    readSync(descriptor, buffer, 0, 1, 0);
    return (buffer.toString() === '1') !== activeLow;
  };
}

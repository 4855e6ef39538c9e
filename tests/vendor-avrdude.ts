import { spawnSync } from 'node:child_process';
import { avrdudeCommand, avrdudeInstall } from '../drivers/flash/avrdude/tool.js';

/** Why tests that need the tool are skipped; false when it is there. Throws when it must be there (`RIG_TOOLS=required`). */
export function avrdudeSkip(): string | false {
  const { stdout, stderr } = spawnSync(avrdudeCommand(), ['-?'], { encoding: 'utf8', timeout: 60_000 });
  if (/avrdude version \d/i.test(`${stdout}${stderr}`)) return false;
  if (process.env['RIG_TOOLS'] === 'required')
    throw new Error(`${avrdudeCommand()} does not run, and RIG_TOOLS=required is set`);
  return `needs avrdude: ${avrdudeInstall}`;
}

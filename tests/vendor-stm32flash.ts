import { spawnSync } from 'node:child_process';
import { stm32flashCommand, stm32flashInstall } from '../drivers/flash/stm32flash/tool.js';

/** Why tests that need stm32flash are skipped, or false. Throws when it must be there (`RIG_TOOLS=required`). */
export function stm32flashSkip(): string | false {
  const command = stm32flashCommand();
  const { stdout, stderr } = spawnSync(command, ['-h'], { encoding: 'utf8', timeout: 10_000 });
  if (`${stdout}${stderr}`.includes('Usage: stm32flash')) return false;
  if (process.env['RIG_TOOLS'] === 'required')
    throw new Error(`${command} does not run, and RIG_TOOLS=required is set`);
  return `needs stm32flash: ${stm32flashInstall}`;
}

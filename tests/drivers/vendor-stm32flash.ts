import { spawnSync } from 'node:child_process';
import { stm32flashCommand } from '../../drivers/flash/stm32flash/tool.js';

/** What a run of the vendor's tool by hand came to. */
export interface Stm32flashRun {
  exitCode: number | null;
  /** Both outputs. */
  text: string;
}

/** The vendor's command with its arguments as a person types them; throws when it must be there (`RIG_TOOLS=required`) and is not. */
export function findStm32flash(): ((...args: string[]) => Stm32flashRun) | undefined {
  const command = stm32flashCommand();
  const { stdout } = spawnSync(command, ['-h'], { encoding: 'utf8', timeout: 10_000 });
  if (stdout?.includes('stm32flash') || !process.env['RIG_TOOLS'])
    return stdout === null ? undefined : run(command);
  throw new Error(`${command} does not run, and RIG_TOOLS=required is set`);
}

/** Why tests that need the tool are skipped. */
export const withoutStm32flash = 'needs stm32flash: sudo apt-get install stm32flash';

function run(command: string): (...args: string[]) => Stm32flashRun {
  return (...args) => {
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 });
    return { exitCode: status, text: `${stdout}${stderr}` };
  };
}

import { spawnSync } from 'node:child_process';
import { esptoolCommand } from '../../drivers/flash/esptool-tool.js';

const command = esptoolCommand();

export interface VendorEsptool {
  major: number;
  /** Standard output of the tool; throws with both outputs when it fails. */
  run: (...args: string[]) => string;
}

/** The tool, or undefined when it is not installed. Throws when it must be there (`RIG_TOOLS=required`). */
export function findVendorEsptool(): VendorEsptool | undefined {
  const { stdout } = spawnSync(command, ['version'], { encoding: 'utf8', timeout: 60_000 });
  const major = /(\d+)\.\d+/.exec(stdout ?? '')?.[1];
  if (major === undefined) {
    if (process.env.RIG_TOOLS === 'required')
      throw new Error(`${command} does not run, and RIG_TOOLS=required is set`);
    return undefined;
  }
  return { major: Number(major), run };
}

/** Why tests that need the tool are skipped. */
export const withoutEsptool = 'needs esptool: python3 -m venv .venv && .venv/bin/pip install esptool';

function run(...args: string[]): string {
  const env = { ...process.env, NO_COLOR: '1' };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 60_000,
    env,
  });
  if (status !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} ended with ${status}: ${error?.message ?? ''}\n${stdout}\n${stderr}`,
    );
  }
  return stdout;
}

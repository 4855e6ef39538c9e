import { spawnSync } from 'node:child_process';
import { avrdudeCommand, avrdudeInstall } from '../drivers/flash/avrdude/tool.js';
import { esptoolCommand } from '../drivers/flash/esptool-tool.js';
import { stm32flashCommand, stm32flashInstall } from '../drivers/flash/stm32flash/tool.js';
import { uhubctlCommand, uhubctlInstall } from '../drivers/power/uhubctl.js';

const tools = {
  esptool: {
    command: esptoolCommand(),
    args: ['version'],
    install: 'python3 -m venv .venv && .venv/bin/pip install esptool',
  },
  avrdude: { command: avrdudeCommand(), args: ['-?'], install: avrdudeInstall },
  stm32flash: { command: stm32flashCommand(), args: ['-h'], install: stm32flashInstall },
  uhubctl: { command: uhubctlCommand(), args: ['-v'], install: uhubctlInstall },
  chromium: { command: 'chromium', args: ['--version'], install: 'sudo apt-get install chromium' },
  curl: { command: 'curl', args: ['--version'], install: 'sudo apt-get install curl' },
} as const;

/**
 * Why tests that need these tools are skipped, with what installs them; false when all are there. Throws when they must be there
 * (`RIG_TOOLS=required`).
 */
export function missingTools(...names: (keyof typeof tools)[]): string | false {
  const missing = names.filter((name) => {
    const { command, args } = tools[name];
    return spawnSync(command, args, { stdio: 'ignore', timeout: 60_000 }).error !== undefined;
  });
  if (missing.length === 0) return false;
  const why = `needs ${missing.map((name) => `${name}: ${tools[name].install}`).join('; ')}`;
  if (process.env['RIG_TOOLS'] === 'required') throw new Error(`${why}, and RIG_TOOLS=required is set`);
  return why;
}

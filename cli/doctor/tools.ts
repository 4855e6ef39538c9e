import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { asRigError } from '../../core/errors.js';
import { avrdudeCommand, avrdudeInstall } from '../../drivers/flash/avrdude/tool.js';
import { esptoolCommand, esptoolInstall } from '../../drivers/flash/esptool-tool.js';
import { stm32flashCommand, stm32flashInstall } from '../../drivers/flash/stm32flash/tool.js';
import { uhubctlCommand, uhubctlInstall } from '../../drivers/power/uhubctl.js';
import { runTool } from '../../drivers/tool.js';
import type { Station } from '../../rigs/types.js';
import type { Finding } from './finding.js';

interface Tool {
  name: string;
  command: string;
  /** Arguments that print the version and touch nothing. */
  args: string[];
  install: string;
}

const known: readonly Tool[] = [
  { name: 'esptool', command: esptoolCommand(), args: ['version'], install: esptoolInstall },
  { name: 'avrdude', command: avrdudeCommand(), args: ['-?'], install: avrdudeInstall },
  { name: 'stm32flash', command: stm32flashCommand(), args: ['-h'], install: stm32flashInstall },
  { name: 'gpiod', command: 'gpioset', args: ['--version'], install: 'sudo apt-get install gpiod' },
  { name: 'uhubctl', command: uhubctlCommand(), args: ['-v'], install: uhubctlInstall },
];

/** Every tool that a driver, a power switch or a line of the stations runs, with its version; who needs it stands in the finding. */
export async function checkTools(stations: readonly Station[]): Promise<Finding[]> {
  const users = usersOf(stations);
  return Promise.all([
    ...known.map((tool) => checkTool(tool, users.get(tool.name) ?? [])),
    ...describedTools(stations).map(checkDescribed),
  ]);
}

async function checkTool({ name, command, args, install }: Tool, users: readonly string[]): Promise<Finding> {
  const tool = { area: 'tools', subject: name } as const;
  const use = users.length > 0 ? `needed by ${users.join(', ')}` : 'needed by no station here';
  try {
    // Some tools are installed for root; the PATH of other users does not lead there.
    const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };
    const { lines } = await runTool({ command, args, timeoutMs: 20_000, env, install });
    const version = lines.map((line) => /\bv?(\d+\.\d+(\.\d+)?)\b/.exec(line)?.[1]).find(Boolean);
    return { ...tool, severity: 'ok', found: `${version ?? 'no version'} (${command}); ${use}` };
  } catch (thrown) {
    const { code, message } = asRigError(thrown);
    const found = code === 'TOOL_MISSING' ? `${command} is not installed; ${use}` : `${message}; ${use}`;
    return { ...tool, severity: users.length > 0 ? 'error' : 'note', found, remedy: install };
  }
}

/** Station and slots that need the tool of that name. */
function usersOf(stations: readonly Station[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  const note = (tool: string, user: string) => {
    const all = users.get(tool) ?? [];
    if (!all.includes(user)) users.set(tool, [...all, user]);
  };
  for (const { name, slots, gpio, bench } of stations) {
    if (gpio === 'gpiod') note('gpiod', name);
    for (const { id, board, power, serial } of slots) {
      const { driver, fallback } = board.flash;
      for (const each of [driver, fallback]) if (each !== undefined) note(each, `${name} ${id}`);
      if (bench) continue;
      if (power && 'hub' in power) note('uhubctl', `${name} ${id}`);
      if (serial?.hubPort) note('uhubctl', `${name} ${id}`);
    }
  }
  return users;
}

interface DescribedTool {
  command: string;
  install: string;
  board: string;
}

/** What the boards' own tools begin with. */
function describedTools(stations: readonly Station[]): DescribedTool[] {
  const tools = new Map<string, DescribedTool>();
  for (const { board } of stations.flatMap(({ slots }) => slots)) {
    const { driver, fallback, command: tool } = board.flash;
    const [command] = [...(tool?.args ?? []), ...(tool?.write.args ?? [])];
    if (tool === undefined || command === undefined || ![driver, fallback].includes('command')) continue;
    tools.set(`${board.name} ${command}`, { command, install: tool.install, board: board.name });
  }
  return [...tools.values()];
}

/** Looked for, not run: what its arguments do is the board file's business. */
async function checkDescribed({ command, install, board }: DescribedTool): Promise<Finding> {
  const tool = { area: 'tools', subject: command } as const;
  const folders = command.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  for (const folder of folders) {
    const path = join(folder, command);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return { ...tool, severity: 'ok', found: `${path}; the tool of board ${board}` };
  }
  return {
    ...tool,
    severity: 'error',
    found: `not installed; it is the tool of board ${board}`,
    remedy: install,
  };
}

import { RigError } from '../../../core/errors.js';
import { isPseudoTerminal } from '../../link/serial-port.js';
import type { LinkOptions } from '../../link/link.js';
import { askOnce } from '../../ask-once.js';
import { lastLines, runTool, type ToolResult } from '../../tool.js';
import { runWatchedTool, type WatchedToolOptions } from '../../watched-tool.js';

/** Installs the tool. */
export const stm32flashInstall = 'sudo apt-get install stm32flash';
const parityLetters = { none: 'n', even: 'e', odd: 'o' } as const;

/** The command that is meant here: `RIG_STM32FLASH`, else the one on the PATH. */
export function stm32flashCommand(): string {
  return process.env['RIG_STM32FLASH'] || 'stm32flash';
}

/** Throws TOOL_MISSING unless the command can be run; asked once a process, so that a board is left alone when it cannot. */
export function requireStm32flash(): Promise<void> {
  return helpOf(stm32flashCommand());
}

const helpOf = askOnce(askForHelp);

async function askForHelp(command: string): Promise<void> {
  const { lines } = await runTool({ command, args: ['-h'], timeoutMs: 10_000, install: stm32flashInstall });
  if (lines.some((line) => line.includes('Usage: stm32flash') || line.includes('-S address'))) return;
  throw new RigError('TOOL_FAILED', `${command} -h is not stm32flash:\n${lastLines(lines)}`);
}

/** Rate and frame: the loader's parity is even unless told; a pseudo-terminal can have none. */
export async function lineArgs(link: LinkOptions, baudRate: number): Promise<string[]> {
  const parity = (await isPseudoTerminal(link.path)) ? 'none' : (link.loaderParity ?? 'even');
  return ['-b', String(baudRate), '-m', `8${parityLetters[parity]}1`];
}

export type Stm32flashRun = Omit<WatchedToolOptions, 'command' | 'install'>;

/** Runs stm32flash under a watchdog that is fed by its output. */
export function runStm32flash(run: Stm32flashRun): Promise<ToolResult> {
  return runWatchedTool({ command: stm32flashCommand(), install: stm32flashInstall, ...run });
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RigError } from '../../core/errors.js';
import { askOnce } from '../ask-once.js';
import { lastLines, runTool, type ToolResult } from '../tool.js';
import { runWatchedTool, type WatchedToolOptions } from '../watched-tool.js';

/** The vendor's command, as it is installed here. */
export interface Esptool {
  command: string;
  /** 5 and newer write `write-flash --flash-mode`, older ones `write_flash --flash_mode`. */
  major: number;
  /** Name of a command, option or value in this version's spelling; give it with dashes. */
  spell(word: string): string;
}

/** Installs it where this project looks first. */
export const esptoolInstall = 'python3 -m venv .venv && .venv/bin/pip install esptool';

/** The command that is the vendor's esptool here: `RIG_ESPTOOL`, else `.venv/bin/esptool` of this checkout, else the one on the PATH. */
export function esptoolCommand(): string {
  const local = fileURLToPath(new URL('../../.venv/bin/esptool', import.meta.url));
  return process.env['RIG_ESPTOOL'] || (existsSync(local) ? local : 'esptool');
}

/** Finds esptool by its command. Asked for its version once a process. */
export function findEsptool(): Promise<Esptool> {
  return versionOf(esptoolCommand());
}

const versionOf = askOnce(askVersion);

async function askVersion(command: string): Promise<Esptool> {
  const { lines } = await runTool({ command, args: ['version'], timeoutMs: 20_000, install: esptoolInstall });
  const major = Number(lines.map((line) => /esptool(?:\.py)? v(\d+)\./.exec(line)?.[1]).find(Boolean));
  if (!(major >= 3)) {
    throw new RigError(
      'TOOL_FAILED',
      `${command} version names no version that is known:\n${lastLines(lines)}`,
    );
  }
  return {
    command,
    major,
    // Options like --before are one word; the values and commands with several changed their spelling in version 5.
    spell: (word) => (major >= 5 ? word : word.replace(/(?<=[a-z])-(?=[a-z])/g, '_')),
  };
}

export interface EsptoolRun extends Omit<WatchedToolOptions, 'command' | 'install' | 'onLine'> {
  /** Called for the error of a port that went away. */
  onLost: () => RigError;
  onLine?: (line: string) => void;
  log?: ((line: string) => void) | undefined;
}

/** Runs esptool under a watchdog that is fed by its output. */
export function runEsptool({ command }: Esptool, run: EsptoolRun): Promise<ToolResult> {
  const { onLost, onLine, log, ...watched } = run;
  return runWatchedTool({
    ...watched,
    command,
    install: esptoolInstall,
    onLine(line, { stop }) {
      log?.(line);
      // It would try again by itself, with reset lines of its own and on whatever has the name of the port by then.
      if (line.startsWith('Lost connection')) stop(onLost());
      onLine?.(line);
    },
  });
}

import { RigError } from '../../../core/errors.js';
import { askOnce } from '../../ask-once.js';
import { lastLines, runTool } from '../../tool.js';

/** The command that installs avrdude, for messages. */
export const avrdudeInstall = 'sudo apt-get install avrdude';
/** Older ones leave out FF at the end of an image, on a loader that erases no chip. */
const leastMajor = 7;

/** The command that is avrdude here: `RIG_AVRDUDE`, else the one on the PATH. */
export function avrdudeCommand(): string {
  return process.env['RIG_AVRDUDE'] || 'avrdude';
}

/**
 * Finds avrdude, and returns its command. Asked for its version once a process. Throws TOOL_MISSING, with what installs it, and TOOL_FAILED for a
 * version before 7.
 */
export function findAvrdude(): Promise<string> {
  return versionOf(avrdudeCommand());
}

const versionOf = askOnce(askVersion);

async function askVersion(command: string): Promise<string> {
  const { lines } = await runTool({ command, args: ['-?'], timeoutMs: 20_000, install: avrdudeInstall });
  const version = lines.map((line) => /avrdude version (\d+\.\d+)/i.exec(line)?.[1]).find(Boolean);
  if (version === undefined) {
    throw new RigError('TOOL_FAILED', `${command} -? names no version:\n${lastLines(lines)}`);
  }
  if (Number.parseInt(version, 10) < leastMajor) {
    const what = `${command} is avrdude ${version}, which cannot erase through a loader; install ${leastMajor}.0 or newer: ${avrdudeInstall}`;
    throw new RigError('TOOL_FAILED', what);
  }
  return command;
}

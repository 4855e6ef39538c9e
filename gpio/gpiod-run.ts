import { execFile } from 'node:child_process';
import { withDeadline } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { hasErrno } from '../core/files.js';
import { syntaxOf, type GpiodSyntax, type GpiodTool } from './gpiod-tools.js';

/** The commands answer within milliseconds; one that takes this long hangs in the kernel. */
const answerMs = 5000;

/** What a command said before it ended. */
export interface GpiodAnswer {
  ok: boolean;
  stdout: string;
  /** Without the command's own name in front. */
  complaint: string;
}

/** The environment of every command: messages are read, so they must be in English. */
export function toolEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', ...more };
}

/** Runs the command to its end. Throws GPIO_BACKEND_MISSING when there is none, LINE_LOST when it hangs. */
export function runGpiod(tool: GpiodTool, args: readonly string[]): Promise<GpiodAnswer> {
  const run = (signal: AbortSignal) =>
    new Promise<GpiodAnswer>((resolve, reject) => {
      const options = { signal, killSignal: 'SIGKILL', env: toolEnvironment() } as const;
      execFile(tool, args, options, (error, stdout, stderr) => {
        if (error !== null && hasErrno(error, 'ENOENT')) reject(toolMissing(tool, error));
        else resolve({ ok: error === null, stdout, complaint: complaintIn(tool, stderr) });
      });
    });
  // A command that waits for a chip within the kernel does not even end when it is killed.
  return withDeadline(run, {
    timeoutMs: answerMs,
    onTimeout: () =>
      new RigError('LINE_LOST', `\`${tool} ${args.join(' ')}\` did not answer within ${answerMs} ms`),
  });
}

/** Finds the version of the installed commands. Throws GPIO_BACKEND_MISSING when there is none that is known. */
export async function findSyntax(): Promise<GpiodSyntax> {
  const { stdout, complaint } = await runGpiod('gpioset', ['--version']);
  const syntax = syntaxOf(stdout);
  if (syntax !== undefined) return syntax;
  const said = (stdout || complaint).split('\n')[0] ?? '';
  throw new RigError(
    'GPIO_BACKEND_MISSING',
    `\`gpioset --version\` says '${said}'; commands of libgpiod 1.x or 2.x are needed (apt-get install gpiod)`,
  );
}

/** What the command complained of, in one line. */
export function complaintIn(tool: GpiodTool, stderr: string): string {
  return stderr.trim().replaceAll(`${tool}: `, '').replaceAll('\n', '; ');
}

/** Its remedy is in the message. */
export function toolMissing(tool: GpiodTool, cause: unknown): RigError {
  return new RigError('GPIO_BACKEND_MISSING', `there is no \`${tool}\`; apt-get install gpiod`, { cause });
}

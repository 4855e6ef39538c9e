import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { withDeadline } from '../core/deadline.js';
import { RigError } from '../core/errors.js';

export interface ToolOptions {
  /** Name on the PATH, or a path. */
  command: string;
  args: readonly string[];
  /** Longest run; after it the tool and everything that it started are killed. */
  timeoutMs: number;
  /** Kills the tool; an Error as its reason is what `runTool` rejects with. */
  signal?: AbortSignal | undefined;
  /** Every line of output as it comes; a carriage return or backspaces end a line too, as progress displays use them. */
  onLine?: ((line: string) => void) | undefined;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  /** The command that installs the tool, for the message when it is missing. */
  install: string;
}

export interface ToolResult {
  /** 128 + n when the signal n ended the tool, as in a shell. */
  exitCode: number;
  /** Standard output and error as they came, the last 256 KiB of them. */
  output: string;
  /** The lines that are not empty, the last 2000 of them. */
  lines: string[];
}

const keptBytes = 256 * 1024;
const keptLines = 2000;
const termMs = 500;
const killMs = 1000;

/**
 * Runs a vendor's tool in a process group of its own, and leaves nothing of it behind: at the deadline, at the signal and
 * when this process exits the whole group is killed, politely first. Any exit code is a result, not an error. Throws
 * TOOL_MISSING, TOOL_TIMEOUT and what the signal carries.
 */
export async function runTool(options: ToolOptions): Promise<ToolResult> {
  const { execa } = await import('execa');
  const { command, args, timeoutMs, signal } = options;
  const child = execa(command, [...args], {
    env: { PYTHONUNBUFFERED: '1', NO_COLOR: '1', ...options.env },
    stdin: 'ignore',
    buffer: false,
    reject: false,
    // A group of its own. Execa's clean-up leaves detached processes alone, so the exit of this one is watched below.
    detached: true,
  });
  const transcript = keepTranscript([child.stdout, child.stderr], options.onLine);
  const killNow = () => killGroup(child.pid, 'SIGKILL');
  process.once('exit', killNow);
  try {
    const result = await withDeadline(() => child, {
      timeoutMs,
      signal,
      onTimeout: () =>
        new RigError(
          'TOOL_TIMEOUT',
          `${commandLine(command, args)} did not end within ${timeoutMs} ms; its last lines:\n${lastLines(transcript.lines)}`,
        ),
    });
    if (result.code === 'ENOENT' || result.code === 'EACCES') {
      throw new RigError(
        'TOOL_MISSING',
        `${command} cannot be run (${result.code}); install it with: ${options.install}`,
      );
    }
    const exitCode = result.exitCode ?? 128 + (result.signal ? constants.signals[result.signal] : 0);
    return { exitCode, ...transcript.take() };
  } catch (error) {
    await endGroup(child.pid, child);
    // Something that left the group may still hold them open.
    child.stdout.destroy();
    child.stderr.destroy();
    throw error;
  } finally {
    process.off('exit', killNow);
  }
}

/** The command as one would type it. */
export function commandLine(command: string, args: readonly string[]): string {
  return [command, ...args]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word)))
    .join(' ');
}

/** The end of an output, as messages quote it. */
export function lastLines(lines: readonly string[], count = 10): string {
  return lines.length === 0 ? '(it printed nothing)' : lines.slice(-count).join('\n');
}

function keepTranscript(streams: Readable[], onLine: ToolOptions['onLine']) {
  const lines: string[] = [];
  let output = '';
  const addLine = (line: string) => {
    if (line.trim() === '') return;
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    onLine?.(line);
  };
  const tails = streams.map((stream) => {
    stream.setEncoding('utf8');
    const tail = { text: '' };
    stream.on('data', (chunk: string) => {
      output = (output + chunk).slice(-keptBytes);
      const parts = (tail.text + chunk).split(/\r\n|[\r\n]|\x08+/);
      tail.text = parts.pop() ?? '';
      parts.forEach(addLine);
    });
    return tail;
  });
  return {
    lines,
    /** Everything, with what came after the last line end. */
    take() {
      tails.forEach((tail) => addLine(tail.text));
      return { output, lines };
    },
  };
}

/** Ends the group and returns when its leader is gone, or after a second when it cannot be killed. */
async function endGroup(pid: number | undefined, ended: PromiseLike<unknown>): Promise<void> {
  const waitFor = (timeoutMs: number) =>
    withDeadline(async () => void (await ended), {
      timeoutMs,
      onTimeout: () => new Error('still there'),
    }).catch(() => undefined);
  killGroup(pid, 'SIGTERM');
  await waitFor(termMs);
  // Also when the leader has gone: what it started may have ignored the first signal.
  killGroup(pid, 'SIGKILL');
  await waitFor(killMs);
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

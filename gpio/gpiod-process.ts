import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { pollUntil } from '../core/deadline.js';
import { RigError } from '../core/errors.js';

/** Names a process for good: the kernel gives a pid out again, but never with the same start time. */
export interface ProcessMark {
  pid: number;
  /** Clock ticks from boot to the start of the process (proc(5), field 22 of `stat`). */
  startTime: string;
}

/** The mark of the process; undefined when there is none, or when it has ended and was not collected yet. */
export function markOf(pid: number): ProcessMark | undefined {
  const stat = readProc(pid, 'stat');
  // The name in field 2 may hold spaces and brackets, so count from the last bracket; what follows starts with field 3.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const startTime = fields[19];
  const ended = fields[0] === 'Z' || fields[0] === 'X';
  return startTime === undefined || ended ? undefined : { pid, startTime };
}

export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.startTime === mark.startTime;
}

/** The arguments of the process, without its name. */
export function argumentsOf(pid: number): string[] {
  return readProc(pid, 'cmdline')?.split('\0').slice(1, -1) ?? [];
}

/** True when the process has a line of some chip: the kernel gives it the file that stands for it once the line is set up. */
export function holdsLine(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) =>
      readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('anon_inode:gpio-'),
    );
  } catch {
    return false;
  }
}

/** Every live process of this user that was started with the variable, and its value there. */
export function processesWith(variable: string): (ProcessMark & { value: string })[] {
  return readdirSync('/proc').flatMap((name) => {
    const mark = /^\d+$/.test(name) ? markOf(Number(name)) : undefined;
    const entries = mark && readProc(mark.pid, 'environ')?.split('\0');
    const entry = entries?.find((text) => text.startsWith(`${variable}=`));
    return mark && entry !== undefined ? [{ ...mark, value: entry.slice(variable.length + 1) }] : [];
  });
}

/** It ends at once or hangs in the kernel. */
const endTimeoutMs = 1000;

/** Kills the process if it is still this one, and returns when it has ended; its lines are free then. Throws LINE_BUSY. */
export async function endProcess(mark: ProcessMark): Promise<void> {
  if (!isAlive(mark)) return;
  try {
    process.kill(mark.pid, 'SIGKILL');
  } catch (thrown) {
    if (!isAlive(mark)) return;
    throw new RigError(
      'LINE_BUSY',
      `process ${mark.pid}, which holds the line, may not be ended by this user`,
      {
        cause: thrown,
      },
    );
  }
  await pollUntil(async () => (isAlive(mark) ? undefined : true), {
    intervalMs: 1,
    timeoutMs: endTimeoutMs,
    onTimeout: () =>
      new RigError(
        'LINE_BUSY',
        `process ${mark.pid}, which holds the line, lives ${endTimeoutMs} ms after SIGKILL`,
      ),
  });
}

function readProc(pid: number, file: 'stat' | 'cmdline' | 'environ'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

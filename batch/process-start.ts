import { readFile } from 'node:fs/promises';

/**
 * A mark of when the process started, or undefined when there is no such live process; with the process id it names a process for
 * good, since ids are used again. On Linux the start time in clock ticks since boot (proc(5), field 22 of `stat`); a
 * process that has ended but was not yet collected is not alive. Elsewhere only whether the process exists.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return exists(pid) ? 'running' : undefined;
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses, which may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ended = fields[0] === 'Z' || fields[0] === 'X';
  return ended ? undefined : fields[19];
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

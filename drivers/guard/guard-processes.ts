import { readFileSync } from 'node:fs';

/** The processes that have to die with the owner of the guard. */
export interface GuardedProcesses {
  /** Remembers the process as the one that has this pid now; one that has already ended is not added. */
  add(pid: number): void;
  remove(pid: number): void;
  /** Sends SIGKILL to those that still live; returns their pids. */
  killAll(): number[];
}

/** Starts empty. A pid alone does not name a process, since the kernel gives it out again: its start time goes with it. */
export function guardProcesses(
  startTimeOf: (pid: number) => string | undefined = readStartTime,
): GuardedProcesses {
  const startTimes = new Map<number, string>();
  return {
    add(pid) {
      const startTime = startTimeOf(pid);
      if (startTime !== undefined) startTimes.set(pid, startTime);
    },
    remove: (pid) => void startTimes.delete(pid),
    killAll() {
      const same = [...startTimes].filter(([pid, startTime]) => startTimeOf(pid) === startTime);
      startTimes.clear();
      return same.map(([pid]) => pid).filter(kill);
    },
  };
}

/** Clock ticks from boot to the start of the process (field 22 of proc(5)'s stat); undefined when there is none. */
function readStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in field 2 may hold spaces and brackets, so count from the last bracket; what follows starts with field 3.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

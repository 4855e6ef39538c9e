import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** Pids of everything that descends from the process, itself first; without the branches whose root `spare` names by its command line. */
export function processTree(root: number, spare: (command: string) => boolean): number[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readProcess(Number(name)) : []));
  const below = (parent: number): number[] =>
    all
      .filter((each) => each.parent === parent && !spare(each.command))
      .flatMap(({ pid }) => [pid, ...below(pid)]);
  return [root, ...below(root)];
}

/** None when it has ended meanwhile. */
function readProcess(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    // The name in field 2 may hold spaces and brackets; the parent is the second field after it.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return [{ pid, parent, command }];
  } catch {
    return [];
  }
}

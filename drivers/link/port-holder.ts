import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** The process that has a port open. */
export interface PortHolder {
  pid: number;
  /** As the kernel knows it, e.g. `picocom`. */
  command: string;
}

export interface HolderOptions {
  /** Process that does not count: that of a virtual bench, which has its own ports open. */
  except?: number | undefined;
  /** Folder of the kernel's processes; `/proc` unless told. */
  processes?: string;
}

/** Who holds the port, as far as this user may see: whoever has locked it, else whoever has it open; undefined when nobody is seen. */
export async function holderOf(path: string, options?: HolderOptions): Promise<PortHolder | undefined> {
  return (await holdersOf([path], options)).get(path);
}

/** As `holderOf`, for many ports in one look through the processes; ports that nobody is seen to hold are left out. */
export async function holdersOf(
  paths: readonly string[],
  { except, processes = '/proc' }: HolderOptions = {},
): Promise<Map<string, PortHolder>> {
  const pathsOf = new Map<string, string[]>();
  for (const path of paths) {
    const device = await realpath(path).catch(() => path);
    pathsOf.set(device, [...(pathsOf.get(device) ?? []), path]);
  }
  const openers = new Map<string, string>();
  const lockers = new Map<string, string>();
  for (const pid of (await namesIn(processes)).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === except) continue;
    for (const fd of await namesIn(join(processes, pid, 'fd'))) {
      const device = await readlink(join(processes, pid, 'fd', fd)).catch(() => '');
      if (!pathsOf.has(device)) continue;
      if (!openers.has(device)) openers.set(device, pid);
      const isLocked = /^lock:/m.test(await textOf(join(processes, pid, 'fdinfo', fd)));
      if (isLocked && !lockers.has(device)) lockers.set(device, pid);
    }
  }
  const holders = new Map<string, PortHolder>();
  for (const [device, opener] of openers) {
    const pid = lockers.get(device) ?? opener;
    const command = (await textOf(join(processes, pid, 'comm'))).trim();
    for (const path of pathsOf.get(device) ?? []) holders.set(path, { pid: Number(pid), command });
  }
  return holders;
}

/** In words: `process 812 (picocom)`. */
export function holderName(holder: PortHolder | undefined): string {
  if (holder === undefined) return 'another process';
  if (holder.pid === process.pid) return 'this process itself';
  return `process ${holder.pid} (${holder.command})`;
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((): string[] => []);
}

import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the kernel shows the host; another folder stands in for it in tests. */
export interface HostRoot {
  /** Folder in place of `/`: it holds `sys`, `dev` and `proc`. */
  root?: string;
}

/** Paths of the host below its root. */
export function hostPaths({ root = '/' }: HostRoot = {}) {
  return {
    sys: join(root, 'sys'),
    dev: join(root, 'dev'),
    proc: join(root, 'proc'),
    etc: join(root, 'etc'),
  };
}

/** An attribute of sysfs without its line end; undefined when there is none. */
export async function attributeOf(folder: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** Last part of what a link of sysfs leads to, as `driver` and `subsystem`; undefined when there is no such link. */
export async function linkedName(folder: string, name: string): Promise<string | undefined> {
  const target = await readlink(join(folder, name)).catch(() => undefined);
  return target?.split('/').at(-1);
}

/** Names in a folder, numbers in their order; none when there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.sort((one, two) => one.localeCompare(two, 'en', { numeric: true }));
}

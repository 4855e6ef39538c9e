import { access, constants, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether this user may use a device. */
export interface DevicePermission {
  /** May be read and written by this user. */
  ok: boolean;
  /** As `ls -l` shows it: `crw-rw----`. */
  mode: string;
  /** Group that owns it: `dialout`; its number when it has no name. */
  group: string;
}

/** The permission of a device file; undefined when there is no such file. */
export async function permissionOf(path: string, etc = '/etc'): Promise<DevicePermission | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const ok = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return { ok, mode: modeText(found.mode), group: await groupName(found.gid, etc) };
}

function modeText(mode: number): string {
  const kind = { [constants.S_IFCHR]: 'c', [constants.S_IFBLK]: 'b', [constants.S_IFDIR]: 'd' };
  const bits = [...'rwxrwxrwx'].map((letter, index) => (mode & (0o400 >> index) ? letter : '-'));
  return `${kind[mode & constants.S_IFMT] ?? '-'}${bits.join('')}`;
}

async function groupName(gid: number, etc: string): Promise<string> {
  const groups = await readFile(join(etc, 'group'), 'utf8').catch(() => '');
  const line = groups.split('\n').find((each) => each.split(':')[2] === String(gid));
  return line?.split(':')[0] ?? String(gid);
}

import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder for sockets and state of the running processes of one project: `RIG_RUNTIME_DIR`, or a folder of this user and
 * this project below the system's temporary folder (short, because a socket's path may have at most 107 bytes). Made with mode 0700.
 */
export function runtimeFolder(projectFolder: string, env: Record<string, string | undefined>): string {
  const folder = env.RIG_RUNTIME_DIR ? resolve(env.RIG_RUNTIME_DIR) : defaultFolder(resolve(projectFolder));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!env.RIG_RUNTIME_DIR) chmodSync(folder, 0o700);
  return folder;
}

function defaultFolder(projectFolder: string): string {
  const mark = createHash('sha256').update(projectFolder).digest('hex').slice(0, 8);
  return join(tmpdir(), `rigwright-${userInfo().uid}`, mark);
}

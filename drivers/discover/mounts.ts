import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Mounted block devices by their number (`8:1`), each with where it is mounted first. */
export async function mountedAt(proc = '/proc'): Promise<Map<string, string>> {
  const text = await readFile(join(proc, 'self/mountinfo'), 'utf8').catch(() => '');
  const mounts = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, , number, , folder] = line.split(' ');
    if (number === undefined || folder === undefined || mounts.has(number)) continue;
    mounts.set(number, unescaped(folder));
  }
  return mounts;
}

/** Blanks and such stand as octal numbers (proc(5)). */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes a folder for files that hold one value each, and returns what writes them. Each file is replaced as a whole, so a reader never finds it empty
 * or torn. One whose folder was removed stays away, as an unplugged meter does.
 */
export function createValueFiles(folder: string): (name: string, value: string) => void {
  mkdirSync(folder, { recursive: true });
  const shown = new Map<string, string>();
  return (name, value) => {
    if (shown.get(name) === value) return;
    const fresh = join(folder, `.${name}.new`);
    try {
      writeFileSync(fresh, `${value}\n`);
      renameSync(fresh, join(folder, name));
      shown.set(name, value);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
}

import { copyFile, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { productFolders } from './product-folders.js';

/** This project with further specs (name → text) beside its own `provision`, in a folder that the test removes. */
export async function projectWithSpecs(specs: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rig-specs-'));
  await mkdir(join(folder, 'specs'));
  // A test's rig names `provision`, so that a spec of that name has to be there.
  await copyFile('specs/provision.spec.ts', join(folder, 'specs/provision.spec.ts'));
  for (const [name, text] of Object.entries(specs)) await writeFile(join(folder, 'specs', name), text);
  for (const name of ['playwright.config.ts', 'package.json', 'tsconfig.json'])
    await copyFile(name, join(folder, name));
  for (const name of [...productFolders, 'node_modules']) await symlink(resolve(name), join(folder, name));
  return folder;
}

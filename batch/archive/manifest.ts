import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ReadEntry } from 'tar';

/** What is in a folder: for each file its SHA-256, for each symbolic link `-> <target>`, by its path within the folder. */
export type Manifest = Map<string, string>;

/** Files of a folder that are no part of it: they say who uses it. */
export type IsLeftOut = (path: string) => boolean;

/** Reads every file of a folder. Sockets, pipes and devices are no content and are left out. */
export async function manifestOf(folder: string, isLeftOut: IsLeftOut): Promise<Manifest> {
  const manifest: Manifest = new Map();
  for (const { path, kind } of await contentOf(folder, isLeftOut)) {
    const whole = join(folder, path);
    if (kind === 'link') manifest.set(path, linkText(await readlink(whole)));
    else manifest.set(path, await fileHash(whole));
  }
  return manifest;
}

/** What says, without reading them, that the files of a folder are still the same: name, size and time of change. */
export async function stampOf(folder: string, isLeftOut: IsLeftOut): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, kind } of await contentOf(folder, isLeftOut)) {
    const { size, mtimeMs } = kind === 'link' ? { size: 0, mtimeMs: 0 } : await stat(join(folder, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** SHA-256 over everything that a manifest says, hex. */
export function manifestHash(manifest: Manifest): string {
  const lines = [...manifest].map(([path, what]) => `${path}\0${what}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** What an archive holds below the folder `name`. Throws when it cannot be read to its end. */
export async function manifestOfArchive(file: string, name: string): Promise<Manifest> {
  const { list } = await import('tar');
  const manifest: Manifest = new Map();
  const reading: Promise<void>[] = [];
  const hardLinks: [path: string, of: string][] = [];
  const within = (path: string) => path.slice(name.length + 1);
  const note = (entry: ReadEntry) => {
    const path = within(entry.path);
    if (entry.type === 'SymbolicLink') manifest.set(path, linkText(entry.linkpath ?? ''));
    else if (entry.type === 'Link') hardLinks.push([path, within(entry.linkpath ?? '')]);
    if (entry.type === 'File' || entry.type === 'OldFile') {
      reading.push(hashEntry(entry).then((what) => void manifest.set(path, what)));
    } else entry.resume();
  };
  await list({ file, strict: true, onReadEntry: note });
  await Promise.all(reading);
  for (const [path, of] of hardLinks) manifest.set(path, manifest.get(of) ?? 'a link to nothing');
  return manifest;
}

/** SHA-256 of a file, hex. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Paths in which two manifests differ. */
export function differences(one: Manifest, other: Manifest): string[] {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path)).sort();
}

interface Content {
  path: string;
  kind: 'file' | 'link';
}

async function contentOf(folder: string, isLeftOut: IsLeftOut, below = ''): Promise<Content[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const found: Content[] = [];
  for (const entry of entries.sort((one, two) => (one.name < two.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (isLeftOut(path)) continue;
    if (entry.isDirectory()) found.push(...(await contentOf(folder, isLeftOut, path)));
    else if (entry.isFile()) found.push({ path, kind: 'file' });
    else if (entry.isSymbolicLink()) found.push({ path, kind: 'link' });
  }
  return found;
}

function linkText(target: string): string {
  return `-> ${target}`;
}

function hashEntry(entry: ReadEntry): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256');
    entry.on('data', (chunk) => void hash.update(chunk));
    entry.on('error', reject);
    entry.on('end', () => resolve(hash.digest('hex')));
  });
}

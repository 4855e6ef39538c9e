import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RigError } from '../../core/errors.js';
import { replaceFile, syncFolder } from '../../core/files.js';
import { journalName } from '../projections/run-data.js';
import {
  differences,
  fileHash,
  manifestHash,
  manifestOf,
  manifestOfArchive,
  stampOf,
  type IsLeftOut,
} from './manifest.js';

/** Ending of an archive; beside it lies its index, `.json` in place of it. */
export const archiveEnding = '.tar.gz';

/** What lies beside an archive. */
export interface ArchiveIndex {
  name: string;
  /** SHA-256 of the archive itself, hex; `sha256sum` prints it. */
  sha256: string;
  /** SHA-256 over path and content of every file, hex. */
  contentSha256: string;
  files: number;
  /** Of the files, before they were packed. */
  sizeBytes: number;
  /** ISO 8601, UTC. */
  lastUsedAt: string;
  archivedAt: string;
}

/** Who uses the folder is no part of it. */
const isLeftOut: IsLeftOut = (path) => path.startsWith(`${journalName}.lock`);

/** Beginning of the name of a folder that is on its way out: nothing of it is needed any more. */
export const leavingPrefix = '.leaving-';

/**
 * Packs a folder into `<archive>/<name>.tar.gz` and proves every file of the archive against the folder before that is removed. The caller holds the
 * folder's lock. What a crash leaves is the whole folder, or an archive that was proved, or both. Throws ARCHIVE_FAILED, with the folder as it was.
 */
export async function archiveFolderOf(
  folder: string,
  archive: string,
  { sizeBytes, lastUsedAt }: { sizeBytes: number; lastUsedAt: Date },
): Promise<void> {
  // One name for each folder, under its lock: what a crash has left is overwritten.
  const draft = join(archive, `.${basename(folder)}${archiveEnding}.tmp`);
  try {
    await mkdir(archive, { recursive: true });
    const before = await stampOf(folder, isLeftOut);
    const wanted = await manifestOf(folder, isLeftOut);
    const contentSha256 = manifestHash(wanted);
    const { name, isThere } = await freeName(archive, basename(folder), contentSha256);
    if (!isThere) {
      await pack(folder, draft);
      const [different] = differences(wanted, await manifestOfArchive(draft, basename(folder)));
      if (different !== undefined)
        throw new Error(`${different} is not in the archive as it is in the folder`);
    }
    if ((await stampOf(folder, isLeftOut)) !== before) throw new Error('it was changed meanwhile');
    if (!isThere) {
      const index: ArchiveIndex = {
        name,
        sha256: await fileHash(draft),
        contentSha256,
        files: wanted.size,
        sizeBytes,
        lastUsedAt: lastUsedAt.toISOString(),
        archivedAt: new Date().toISOString(),
      };
      // The index comes first: an archive always has one.
      await replaceFile(join(archive, `${name}.json`), `${JSON.stringify(index, null, 2)}\n`);
      await rename(draft, join(archive, `${name}${archiveEnding}`));
      await syncFolder(archive);
    }
    await removeFolder(folder);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RigError('ARCHIVE_FAILED', `${folder}: ${why}; it was left as it is`, { cause });
  }
}

/**
 * Name of the archive of a folder: its own, or with a number behind it when an earlier batch of that id was archived. `isThere`: a run that was cut short has
 * made it already.
 */
async function freeName(
  archive: string,
  wanted: string,
  contentSha256: string,
): Promise<{ name: string; isThere: boolean }> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    const path = join(archive, `${name}${archiveEnding}`);
    if ((await stat(path).catch(() => undefined)) === undefined) return { name, isThere: false };
    const index = await readIndex(path);
    if (index?.contentSha256 === contentSha256 && index.sha256 === (await fileHash(path)))
      return { name, isThere: true };
  }
}

/** What lies beside an archive; undefined when it cannot be read. */
export async function readIndex(archivePath: string): Promise<ArchiveIndex | undefined> {
  try {
    return JSON.parse(await readFile(indexOf(archivePath), 'utf8')) as ArchiveIndex;
  } catch {
    return undefined;
  }
}

/** Takes a folder away in one step, and then removes it: a reader finds all of it or nothing. What cannot be removed goes with the next pruning. */
export async function removeFolder(folder: string): Promise<void> {
  const parent = dirname(folder);
  const leaving = join(parent, `${leavingPrefix}${basename(folder)}`);
  await rm(leaving, { recursive: true, force: true });
  await rename(folder, leaving);
  await syncFolder(parent);
  await rm(leaving, { recursive: true, force: true }).catch(() => undefined);
}

/** Removes an archive, its index last. */
export async function removeArchive(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(indexOf(path), { force: true });
}

function indexOf(archivePath: string): string {
  return `${archivePath.slice(0, -archiveEnding.length)}.json`;
}

async function pack(folder: string, file: string): Promise<void> {
  const { create } = await import('tar');
  const cwd = dirname(folder);
  const name = basename(folder);
  await create(
    {
      file,
      cwd,
      gzip: true,
      strict: false,
      filter(path, entry) {
        const isKnown = 'isSocket' in entry && !entry.isSocket() && !entry.isFIFO();
        return isKnown && !isLeftOut(path.slice(name.length + 1));
      },
    },
    [name],
  );
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

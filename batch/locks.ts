import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { RigError } from '../core/errors.js';
import { hasErrno, temporaryName } from '../core/files.js';
import { processStart } from './process-start.js';

/** Who holds a lock. */
export interface LockHolder {
  pid: number;
  runId: string;
  host: string;
  /** When that process started, so that another one with the same number is not taken for it. */
  processStart: string | undefined;
  /** Tells this holding of the lock from every other one. */
  nonce: string;
}

export interface HeldLock {
  readonly path: string;
  /** Removes the lock if it is still this one; may be called twice. */
  release(): Promise<void>;
}

export interface AcquireOptions {
  runId: string;
  /** The error when a live process holds the lock. */
  onBusy: (holder: LockHolder) => RigError;
}

/**
 * Takes the lock file, or throws `onBusy` when a live process holds it. The file appears with its content in one step (`link`
 * fails when the name exists). A dead holder's lock is taken over under a second lock that belongs to that one holding
 * (`<path>.<nonce>`), so of two takers one wins, also when a taker dies half-way.
 */
export async function acquireLock(path: string, options: AcquireOptions): Promise<HeldLock> {
  await mkdir(dirname(path), { recursive: true });
  const mine: LockHolder = {
    pid: process.pid,
    runId: options.runId,
    host: hostname(),
    processStart: await processStart(process.pid),
    nonce: randomBytes(8).toString('hex'),
  };
  const offer = temporaryName(path);
  try {
    await writeFile(offer, JSON.stringify(mine), { flag: 'wx' });
    await take(path, offer, options);
  } finally {
    await rm(offer, { force: true });
  }
  return { path, release: () => removeIfHeldBy(path, mine.nonce) };
}

/** The live process that holds the lock, if any. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(path);
  return holder && (await isAlive(holder)) ? holder : undefined;
}

/** Takes a slot of a station for a run. Throws SLOT_BUSY, naming the run and its process. */
export async function lockSlot(
  where: { runtimeFolder: string; station: string; slot: string },
  runId: string,
): Promise<HeldLock> {
  const { runtimeFolder, station, slot } = where;
  return acquireLock(join(runtimeFolder, 'locks', `${station}-${slot}.lock`), {
    runId,
    onBusy: (holder) =>
      new RigError('SLOT_BUSY', `${station} ${slot} is held by run ${holder.runId} (pid ${holder.pid})`, {
        details: { station, slot, run: holder.runId, pid: holder.pid },
      }),
  });
}

const damaged: LockHolder = {
  pid: 0,
  runId: 'unknown',
  host: hostname(),
  processStart: undefined,
  nonce: 'damaged',
};

async function take(path: string, offer: string, options: AcquireOptions): Promise<void> {
  for (;;) {
    if (await linked(offer, path)) return;
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (await isAlive(holder)) throw options.onBusy(holder);
    const claim = await acquireLock(`${path}.${holder.nonce}`, options);
    try {
      if ((await readHolder(path))?.nonce === holder.nonce) {
        await rename(offer, path);
        return;
      }
    } finally {
      await claim.release();
    }
  }
}

async function linked(existing: string, path: string): Promise<boolean> {
  try {
    await link(existing, path);
    return true;
  } catch (thrown) {
    if (hasErrno(thrown, 'EEXIST')) return false;
    throw thrown;
  }
}

/** Undefined when there is no lock. A power cut can leave a lock without its content: then its holder is surely dead. */
async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockHolder;
  } catch (thrown) {
    if (hasErrno(thrown, 'ENOENT')) return undefined;
    if (thrown instanceof SyntaxError) return damaged;
    throw thrown;
  }
}

/** A process of another host cannot be looked at, so it counts as alive. */
async function isAlive(holder: LockHolder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  const start = await processStart(holder.pid);
  return start !== undefined && start === holder.processStart;
}

async function removeIfHeldBy(path: string, nonce: string): Promise<void> {
  if ((await readHolder(path))?.nonce === nonce) await rm(path, { force: true });
}

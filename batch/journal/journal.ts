import { appendFile, mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RigError } from '../../core/errors.js';
import { hasErrno, syncFolder } from '../../core/files.js';
import {
  emptyChain,
  hashLine,
  type ChainHead,
  type JournalData,
  type JournalType,
} from './journal-entries.js';
import { provedLines, type TornTail } from './journal-reader.js';
import { acquireLock, lockHolder, type HeldLock } from '../locks.js';

/** The journal of a run or batch while it is written: append-only, one writer, each line chained to the one before. */
export interface Journal {
  readonly path: string;
  /** What the opening cut off, when the last writer died in the middle of a line; it is kept in `<path>.torn`. */
  readonly torn: TornTail | undefined;
  /**
   * Resolves, with the number of the line and its hash, when it is on disk. Appends that wait at the same time share one fsync. Throws JOURNAL_WRITE_FAILED; from
   * then on every append is refused, since the file's end is not known any more.
   */
  append<Type extends JournalType>(type: Type, data: JournalData[Type]): Promise<ChainHead>;
  /** Waits for what is being written, then gives the file back; may be called twice. */
  close(): Promise<void>;
}

interface Waiting {
  line: string;
  head: ChainHead;
  resolve: (written: ChainHead) => void;
  reject: (error: Error) => void;
}

/**
 * Opens or makes the journal and proves its whole chain first. Throws JOURNAL_CORRUPT (nothing is cut), JOURNAL_BUSY naming the
 * process that writes it, or JOURNAL_WRITE_FAILED.
 */
export async function openJournal(path: string, options: { runId: string }): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw writeFailed(path, cause);
  });
  const lock = await lockForWriting(path, options.runId);
  try {
    const { head, torn } = await examine(path);
    if (torn) await keepTorn(path, torn);
    const file = await openForAppend(path, torn?.offset);
    return await writer(path, file, lock, head, torn);
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
}

/** The process that has the journal open for writing, when it is alive. */
export async function journalWriter(path: string): Promise<{ pid: number; runId: string } | undefined> {
  return lockHolder(lockPath(path));
}

async function writer(
  path: string,
  file: FileHandle,
  lock: HeldLock,
  start: ChainHead,
  torn: TornTail | undefined,
): Promise<Journal> {
  let head = start;
  let size = (await file.stat()).size;
  let queue: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let refusal: RigError | undefined;
  let closing: Promise<void> | undefined;

  const flush = async () => {
    while (queue.length > 0) {
      const group = queue;
      queue = [];
      const bytes = Buffer.from(group.map(({ line }) => `${line}\n`).join(''));
      try {
        await file.writeFile(bytes);
        await file.sync();
        size += bytes.length;
        for (const { head, resolve } of group) resolve(head);
      } catch (cause) {
        refusal = writeFailed(path, cause);
        for (const { reject } of [...group, ...queue]) reject(refusal);
        queue = [];
        await file.truncate(size).catch(() => undefined);
      }
    }
    flushing = undefined;
  };
  const close = async () => {
    refusal ??= new RigError('JOURNAL_WRITE_FAILED', `${path} is closed`);
    await flushing;
    await file.close();
    await lock.release();
  };
  return {
    path,
    torn,
    append(type, data) {
      if (refusal) return Promise.reject(refusal);
      const seq = head.seq + 1;
      const line = JSON.stringify({ seq, prev: head.hash, at: new Date().toISOString(), type, data });
      const written = { seq, hash: hashLine(line) };
      head = written;
      return new Promise((resolve, reject) => {
        queue.push({ line, head: written, resolve, reject });
        flushing ??= flush();
      });
    },
    close: () => (closing ??= close()),
  };
}

async function examine(path: string): Promise<{ head: ChainHead; torn: TornTail | undefined }> {
  let head = emptyChain;
  let torn: TornTail | undefined;
  const onLine = (now: ChainHead) => (head = now);
  const groups = provedLines(path, { onLine, onTorn: (tail) => (torn = tail) });
  try {
    while (!(await groups.next()).done);
  } catch (thrown) {
    if (!hasErrno(thrown, 'ENOENT')) throw thrown;
  }
  return { head, torn };
}

/** Nothing is cut that is not kept first. */
async function keepTorn(path: string, { bytes }: TornTail): Promise<void> {
  try {
    await appendFile(`${path}.torn`, bytes, { flush: true });
  } catch (cause) {
    throw writeFailed(`${path}.torn`, cause);
  }
}

/** Cuts at `size` when told, and makes sure that the file and its name are on disk. */
async function openForAppend(path: string, size: number | undefined): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'a');
    if (size !== undefined) await file.truncate(size);
    await file.sync();
    await syncFolder(dirname(path));
    return file;
  } catch (cause) {
    await file?.close();
    throw writeFailed(path, cause);
  }
}

async function lockForWriting(path: string, runId: string): Promise<HeldLock> {
  try {
    return await acquireLock(lockPath(path), {
      runId,
      onBusy: ({ pid, runId: other }) =>
        new RigError('JOURNAL_BUSY', `${path} is written by run ${other} (pid ${pid})`, { details: { pid } }),
    });
  } catch (thrown) {
    if (thrown instanceof RigError) throw thrown;
    throw writeFailed(lockPath(path), thrown);
  }
}

function lockPath(path: string): string {
  return `${path}.lock`;
}

function writeFailed(path: string, cause: unknown): RigError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RigError('JOURNAL_WRITE_FAILED', `${path}: ${why}`, { cause });
}

import { close, fstatSync, open, read } from 'node:fs';
import { withDeadline } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { hasErrno } from '../../core/files.js';

/** A sensor on a stuck bus can hold a read for ever. */
const readTimeoutMs = 2000;
/** More than any value takes. */
const longestText = 128;

/** A file of the kernel that holds one number. */
export interface ValueFile {
  /** The number as it is now. Throws METER_FAILED, also when it takes longer than the deadline. */
  read(): Promise<number>;
  /** May be called twice. */
  close(): void;
}

/** What such a file may hold, and how that is called. */
const kinds = {
  whole: { pattern: /^-?\d+\n?$/, what: 'a whole number' },
  decimal: { pattern: /^-?\d+(\.\d+)?\n?$/, what: 'a number' },
} as const;

/** Opens nothing before the first reading. `timeoutMs` is for one reading. */
export function valueFile(file: string, kind: keyof typeof kinds, timeoutMs = readTimeoutMs): ValueFile {
  const { pattern, what } = kinds[kind];
  const text = textOf(file);
  const onTimeout = () =>
    new RigError('METER_FAILED', `${file} could not be read within ${timeoutMs / 1000} s`);
  return {
    async read() {
      let found: string;
      try {
        found = await withDeadline(text.read, { timeoutMs, onTimeout });
      } catch (cause) {
        if (cause instanceof RigError) throw cause;
        throw new RigError('METER_FAILED', `cannot read ${file}: ${whyOf(cause)}`, { cause });
      }
      if (pattern.test(found)) return Number(found);
      throw new RigError('METER_FAILED', `${file} holds ${JSON.stringify(found.slice(0, 80))}, not ${what}`);
    },
    close: text.close,
  };
}

/**
 * A slot's supply is read forty times a second, so the file stays open: each reading then costs one call of the kernel in one of Node's few threads. A read that
 * hangs holds its thread, so no other one of this file is begun before it has ended.
 */
function textOf(file: string) {
  const buffer = Buffer.alloc(longestText);
  let descriptor: number | undefined;
  let underWay: Promise<string> | undefined;
  let isClosed = false;
  const letGo = () => {
    if (descriptor !== undefined) close(descriptor, () => undefined);
    descriptor = undefined;
  };
  const reach = async (): Promise<number> => {
    // A file that was replaced or removed is still there for whoever has it open.
    if (descriptor !== undefined && fstatSync(descriptor).nlink === 0) letGo();
    descriptor ??= await new Promise<number>((resolve, reject) =>
      open(file, 'r', (failed, opened) => (failed ? reject(failed) : resolve(opened))),
    );
    return descriptor;
  };
  const readNow = async (): Promise<string> => {
    const from = await reach();
    return new Promise((resolve, reject) =>
      read(from, buffer, 0, buffer.length, 0, (failed, length) =>
        failed ? reject(failed) : resolve(buffer.toString('latin1', 0, length)),
      ),
    );
  };
  const settled = () => {
    underWay = undefined;
    if (isClosed) letGo();
  };
  return {
    read: () => (underWay ??= readNow().finally(settled)),
    close() {
      isClosed = true;
      if (underWay === undefined) letGo();
    },
  };
}

function whyOf(cause: unknown): string {
  if (hasErrno(cause, 'EBUSY')) return 'EBUSY, another program captures from this device; end it';
  return cause instanceof Error ? cause.message : String(cause);
}

import { RigError } from '../core/errors.js';
import { lineName, type LineAddress } from './line.js';

/** The life of one line that a backend has handed out. */
export interface LineLife {
  /** Throws once the line is closed: a late write must not reach a line that somebody else may own by now. */
  assertOpen(): void;
  /** Runs the release once, however often it is called. */
  close(): Promise<void>;
}

/** What a backend has handed out and has to take back when it closes. */
export interface OpenLines {
  add(address: LineAddress, release: () => void): LineLife;
  /** Throws once `closeAll` was called. */
  assertOpen(): void;
  /** Closes every line; may be called twice. */
  closeAll(): Promise<void>;
}

/** Starts with no line; `backend` is the name for messages. */
export function trackOpenLines(backend: string): OpenLines {
  const open = new Set<LineLife>();
  let allClosed = false;
  return {
    add(address, release) {
      let closed = false;
      const life: LineLife = {
        assertOpen() {
          if (closed)
            throw new RigError('INTERNAL_ERROR', `${lineName(address)} is used after it was closed`);
        },
        async close() {
          if (closed) return;
          closed = true;
          open.delete(life);
          release();
        },
      };
      open.add(life);
      return life;
    },
    assertOpen() {
      if (allClosed)
        throw new RigError('INTERNAL_ERROR', `the ${backend} lines are used after they were closed`);
    },
    async closeAll() {
      allClosed = true;
      await Promise.all([...open].map((life) => life.close()));
    },
  };
}

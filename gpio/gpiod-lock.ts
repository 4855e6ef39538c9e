import { createServer, type Server } from 'node:net';
import { pause } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { hasErrno } from '../core/files.js';

/** Longer than anything that is done under the lock may take. */
const waitMs = 20_000;
const pollMs = 2;

/**
 * Runs `act` while no other process, and nothing else in this one, runs under the same name (at most 100 characters). The lock is the name of a
 * socket in Linux's abstract namespace: the kernel gives it to one process at a time and takes it back when that process ends, however it
 * ends, so that there is no stale lock to be broken. Throws LINE_BUSY with `what` in its message.
 */
export async function withLock<T>(name: string, what: string, act: () => Promise<T>): Promise<T> {
  const due = performance.now() + waitMs;
  let lock = await tryListen(`\0${name}`);
  while (lock === undefined) {
    if (performance.now() > due)
      throw new RigError(
        'LINE_BUSY',
        `${what}: another process of this rig has been changing it for ${waitMs} ms`,
      );
    await pause(pollMs);
    lock = await tryListen(`\0${name}`);
  }
  try {
    return await act();
  } finally {
    lock.close();
  }
}

function tryListen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((visitor) => visitor.destroy());
    server.once('error', (error) => (hasErrno(error, 'EADDRINUSE') ? resolve(undefined) : reject(error)));
    server.listen(path, () => resolve(server));
  });
}

import { readdir, rm, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { hasErrno } from '../../core/files.js';

/** A younger one may belong to a run that has made its socket and does not listen yet. */
const staleAfterMs = 60_000;

/**
 * Removes the sockets that killed runs and their benches have left in the runtime folder: those on which nobody listens. Locks stay: who
 * needs one takes it over from its dead holder.
 */
export async function removeStaleSockets(runtimeFolder: string): Promise<void> {
  const names = await readdir(runtimeFolder);
  const sockets = names.filter((name) => name.endsWith('.sock')).map((name) => join(runtimeFolder, name));
  await Promise.all(
    sockets.map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      if (found === undefined || Date.now() - found.mtimeMs < staleAfterMs) return;
      if (await isRefused(path)) await rm(path, { force: true });
    }),
  );
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const answer = (refused: boolean) => {
      socket.destroy();
      resolve(refused);
    };
    socket.once('connect', () => answer(false));
    socket.once('error', (error) => answer(hasErrno(error, 'ECONNREFUSED')));
  });
}

import type { Server } from 'node:net';
import koffi from 'koffi';

const setsockopt = koffi
  .load(null)
  .func('int setsockopt(int fd, int level, int name, const int *value, uint32_t size)');

/** `SOL_SOCKET` and `SO_RCVBUF` of Linux. */
const socketLevel = 1;
const receiveBuffer = 8;

/**
 * Gives the connections of a server that listens a receive buffer of that size, as a small device has, in place of the host's megabytes: who sends to it
 * then knows how far it is. On another system than Linux nothing changes.
 */
export function keepSmallWindow(server: Server, sizeBytes: number): void {
  const fd: unknown = (server as unknown as { _handle?: { fd?: unknown } | null })._handle?.fd;
  if (process.platform !== 'linux' || typeof fd !== 'number' || fd < 0) return;
  // The kernel doubles it for its own needs.
  setsockopt(fd, socketLevel, receiveBuffer, [Math.floor(sizeBytes / 2)], 4);
}

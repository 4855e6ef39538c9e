import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { makeRaw, setExclusive } from '../../bench/termios.js';

/** Someone who has the board's pseudo-terminal open. */
export interface PortUser {
  setBaudRate(baudRate: number): void;
  claim(): void;
  write(bytes: Uint8Array): Promise<void>;
  /** Writes what the port takes at once. */
  writeSome(bytes: Uint8Array): number;
  /** The next bytes, as many as asked for. */
  read(count: number): Promise<Buffer>;
  /** What has arrived and was not read yet. */
  waiting(): Buffer;
  close(): void;
}

/** Opens it as a serial tool does: raw, at any rate, also such as have no name in termios. */
export function usePort(path: string, baudRate: number): PortUser {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  makeRaw(fd, baudRate);
  const stream = new ReadStream(fd);
  let received = Buffer.alloc(0);
  let arrived = () => {};
  stream.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    arrived();
  });
  stream.on('error', () => {});

  function writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }

  return {
    setBaudRate: (rate) => makeRaw(fd, rate),
    claim: () => setExclusive(fd, true),
    writeSome,
    async write(bytes) {
      for (let done = 0; done < bytes.length;) {
        const taken = writeSome(bytes.subarray(done));
        done += taken;
        if (taken === 0) await delay(2);
      }
    },
    async read(count) {
      while (received.length < count) await new Promise<void>((resolve) => (arrived = resolve));
      const wanted = received.subarray(0, count);
      received = received.subarray(count);
      return wanted;
    },
    waiting: () => received,
    close() {
      if (stream.destroyed) return;
      stream.destroy();
      // The stream of a slave works on a descriptor of its own.
      closeSync(fd);
    },
  };
}

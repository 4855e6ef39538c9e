import { closeSync, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';

const libc = koffi.load(null);
const posixOpenpt = libc.func('int posix_openpt(int flags)');
const grantpt = libc.func('int grantpt(int fd)');
const unlockpt = libc.func('int unlockpt(int fd)');
const ptsname = libc.func('const char *ptsname(int fd)');
const flags = { rdwr: 0o2, noctty: 0o400, nonblock: 0o4000 };

/** The far end of a pseudo-terminal, as a board would hold it. */
export interface Pty {
  /** The slave, to be opened as a serial port. */
  path: string;
  /** Every byte that the host sent and this end has read so far. */
  received(): Buffer;
  /** Waits until that many bytes have been read. */
  receive(count: number): Promise<Buffer>;
  /** Stops and resumes reading; while stopped, the host's writes fill the buffer of the kernel and then wait. */
  setReading(reading: boolean): void;
  write(bytes: Uint8Array): Promise<void>;
  /** Ends this side, as an adapter that is unplugged. */
  close(): void;
}

export function openPty(): Pty {
  const fd = posixOpenpt(flags.rdwr | flags.noctty | flags.nonblock) as number;
  if (fd < 0 || grantpt(fd) !== 0 || unlockpt(fd) !== 0) throw new Error('no pseudo-terminal to be had');
  const path = ptsname(fd) as string;
  // Held open so that the master does not read EIO between two users of the slave.
  const held = openSync(path, flags.rdwr | flags.noctty);
  const stream = new ReadStream(fd);
  const chunks: Buffer[] = [];
  let total = 0;
  let arrived = () => {};
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    total += chunk.length;
    arrived();
  });
  stream.on('error', () => undefined);
  const received = () => Buffer.concat(chunks);
  let open = true;
  return {
    path,
    received,
    async receive(count) {
      while (total < count) await new Promise<void>((resolve) => (arrived = resolve));
      return received();
    },
    setReading: (reading) => void (reading ? stream.resume() : stream.pause()),
    async write(bytes) {
      let offset = 0;
      while (offset < bytes.length) {
        try {
          offset += writeSync(fd, bytes, offset);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close() {
      if (!open) return;
      open = false;
      closeSync(held);
      stream.destroy();
    },
  };
}

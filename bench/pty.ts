import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import {
  baudRateOf,
  isExclusive,
  isHungUp,
  makeRaw,
  openMaster,
  setExclusive,
  unreadBytes,
} from './termios.js';

const flags = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
/** How often the pty looks whether its user has left: about 10 µs a look. */
const lookMs = 100;
/** A port that is closed and opened again within this time, as some tools do to change its rate, was not hung up. */
const reopenMs = 30;
/** What is kept for a user who reads slowly; more is lost, as in a UART that overruns. */
const keepForUserBytes = 64 * 1024;
/** What is kept while nobody has the port open: no more than an opener's flush (TCIFLUSH) can throw away. */
const keepForNobodyBytes = 4000;
const writeRetryMs = 20;

export interface PtyListeners {
  onData: (bytes: Buffer) => void;
  /** The rate of the slave changed since the last look. */
  onBaudRate: (baudRate: number) => void;
  /** The last user closed the slave, and everything that the users wrote has been delivered. */
  onHangUp: () => void;
}

export interface Pty {
  /** The slave's path, e.g. `/dev/pts/4`. */
  readonly path: string;
  /** The slave's rate in bits per second, as its user set it. */
  baudRate(): number;
  /** Never blocks; what the user does not read in time is lost. */
  write(bytes: Uint8Array): void;
  /** Stops and resumes the delivery of what the user writes; meanwhile the kernel makes him wait. */
  pause(): void;
  resume(): void;
  close(): void;
}

/**
 * Opens a pseudo-terminal in raw mode at `baudRate`. It holds its slave open itself, so that nothing is lost between two users;
 * to see whether anyone else has it open, it closes its own descriptor for some microseconds, asks whether the master is
 * hung up, and opens it again: bytes in the kernel survive that, in both directions.
 */
export function openPty(baudRate: number, listeners: PtyListeners): Pty {
  const { fd: master, slavePath } = openMaster(flags);
  let slave: number | undefined;
  try {
    slave = openSync(slavePath, flags);
    makeRaw(slave, baudRate);
    return attach(master, slave, slavePath, listeners);
  } catch (error) {
    if (slave !== undefined) closeSync(slave);
    closeSync(master);
    throw error;
  }
}

function attach(master: number, heldSlave: number, path: string, listeners: PtyListeners): Pty {
  let slave: number | undefined = heldSlave;
  let closed = false;
  let user = false;
  let lastRate = baudRateOf(master);
  let queue: Uint8Array[] = [];
  let queuedBytes = 0;
  let keptForNobodyBytes = 0;
  let retry: NodeJS.Timeout | undefined;
  let confirm: NodeJS.Timeout | undefined;

  const stream = new ReadStream(master);
  stream.on('data', (bytes: Buffer) => {
    noteUser();
    listeners.onData(bytes);
  });
  // The master reports EIO only when nobody at all holds the slave; the look below opens it again as soon as it may.
  stream.on('error', () => {});
  const timer = setInterval(look, lookMs);
  timer.unref();

  return {
    path,
    baudRate: currentRate,
    write,
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      clearTimeout(retry);
      clearTimeout(confirm);
      if (slave !== undefined) closeSync(slave);
      stream.destroy();
    },
  };

  /** B0, with which a terminal hangs up a modem, leaves the rate as it was. */
  function currentRate(): number {
    if (!closed) lastRate = baudRateOf(master) || lastRate;
    return lastRate;
  }

  function noteUser(): void {
    user = true;
    keptForNobodyBytes = 0;
  }

  function look(): void {
    if (closed) return;
    const before = lastRate;
    if (currentRate() !== before) listeners.onBaudRate(lastRate);
    if (someoneElseHasIt()) noteUser();
    else if (user && confirm === undefined) confirm = setTimeout(confirmLeft, reopenMs).unref();
  }

  function confirmLeft(): void {
    confirm = undefined;
    if (closed || someoneElseHasIt() || unreadBytes(master) > 0) return;
    user = false;
    queue = [];
    queuedBytes = 0;
    clearTimeout(retry);
    retry = undefined;
    if (slave !== undefined) makeRaw(slave);
    listeners.onHangUp();
  }

  /** A claim (TIOCEXCL) outlives its user on a terminal that never closes, and would lock the next one out: it is lifted here. */
  function someoneElseHasIt(): boolean {
    const claimed = slave !== undefined && isExclusive(slave);
    if (slave !== undefined) {
      if (claimed) setExclusive(slave, false);
      closeSync(slave);
      slave = undefined;
    }
    const found = !isHungUp(master);
    try {
      slave = openSync(path, flags);
      if (claimed && found) setExclusive(slave, true);
    } catch {
      // Claimed by a user in these microseconds: he holds it open now, and the next look tries again.
    }
    return found;
  }

  function write(bytes: Uint8Array): void {
    if (closed || bytes.length === 0) return;
    if (!user && keptForNobodyBytes + bytes.length > keepForNobodyBytes && !someoneElseHasIt()) return;
    if (!user) keptForNobodyBytes += bytes.length;
    if (queuedBytes + bytes.length > keepForUserBytes) return;
    queue.push(bytes);
    queuedBytes += bytes.length;
    if (retry === undefined) drain();
  }

  function drain(): void {
    retry = undefined;
    while (queue[0] !== undefined) {
      const head = queue[0];
      const taken = tryWrite(head);
      queuedBytes -= taken;
      if (taken < head.length) {
        queue[0] = head.subarray(taken);
        retry = setTimeout(drain, writeRetryMs);
        return;
      }
      queue.shift();
    }
    queue = [];
  }

  function tryWrite(bytes: Uint8Array): number {
    try {
      return writeSync(master, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }
}

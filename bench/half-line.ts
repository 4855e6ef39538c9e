export interface HalfLineOptions {
  /** Bytes that have arrived at the other end, and the rate they were sent at. */
  deliver: (bytes: Buffer, baudRate: number) => void;
  /** How far ahead of the wire bytes may be handed over, so that a timer's lateness costs nothing. */
  aheadMs: number;
  /** The other half: what went late there is credited here, since the answer could not start earlier. */
  lateness: () => number;
}

/** One direction of a UART. */
export interface HalfLine {
  /** Queues bytes that are sent at `baudRate`. */
  push(bytes: Buffer, baudRate: number): void;
  /** Calls back when all that is queued now has left. */
  afterSent(call: () => void): void;
  readonly queuedBytes: number;
  /** How late the latest delivery was, in ms; negative when it was early. Asked once, then 0. */
  takeLateness(): number;
  /** Forgets what is queued. */
  clear(): void;
}

type Item = { bytes: Buffer; baudRate: number } | (() => void);

const bitsPerByte = 10;
/** Long transfers are handed over in pieces of this length. */
const pieceMs = 20;
const mostLatenessMs = 50;

/**
 * Moves bytes at line rate in virtual time: `clockMs` is the moment at which the last delivered byte left the wire. While
 * something is queued the clock runs on from byte to byte, so a late timer loses no wire time; when it is idle the next byte starts now, so
 * idle time is no credit. One timer at most.
 */
export function createHalfLine({ deliver, aheadMs, lateness }: HalfLineOptions): HalfLine {
  let queue: Item[] = [];
  let queuedBytes = 0;
  let clockMs = 0;
  let lateMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let pumping = false;

  function pump(): void {
    if (pumping) return;
    pumping = true;
    try {
      while (queue[0] !== undefined && step(queue[0])) continue;
    } finally {
      pumping = false;
    }
  }

  /** False when the head of the queue has to wait. */
  function step(head: Item): boolean {
    if (typeof head === 'function') {
      queue.shift();
      head();
      return true;
    }
    const byteMs = (bitsPerByte * 1000) / head.baudRate;
    const now = performance.now();
    const due = Math.min(head.bytes.length, Math.floor((now + aheadMs - clockMs) / byteMs));
    if (due <= 0) {
      wait(head.bytes.length * byteMs + clockMs - now - aheadMs);
      return false;
    }
    const arrived = head.bytes.subarray(0, due);
    if (due === head.bytes.length) queue.shift();
    else head.bytes = head.bytes.subarray(due);
    queuedBytes -= due;
    clockMs += due * byteMs;
    lateMs = Math.min(mostLatenessMs, now - clockMs);
    deliver(arrived, head.baudRate);
    return true;
  }

  function wait(ms: number): void {
    if (timer !== undefined) return;
    const next = ms < pieceMs * 1.5 ? ms : pieceMs;
    timer = setTimeout(
      () => {
        timer = undefined;
        pump();
      },
      Math.max(1, Math.floor(next)),
    );
  }

  return {
    get queuedBytes() {
      return queuedBytes;
    },
    push(bytes, baudRate) {
      if (bytes.length === 0) return;
      if (queuedBytes === 0) clockMs = Math.max(clockMs, performance.now() - lateness());
      queue.push({ bytes, baudRate });
      queuedBytes += bytes.length;
      pump();
    },
    afterSent(call) {
      queue.push(call);
      pump();
    },
    takeLateness() {
      const late = lateMs;
      lateMs = 0;
      return late;
    },
    clear() {
      queue = [];
      queuedBytes = 0;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

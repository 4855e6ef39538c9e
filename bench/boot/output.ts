import { pause } from '../../core/deadline.js';

/**
 * What the chip prints between two resets, on a clock of its own: text takes the time that its UART needs, work takes what it is
 * said to take. So the timestamps of a boot are the same on every machine, and real time only has to keep up with them.
 */
export interface BoardOutput {
  /** Milliseconds since the reset. */
  readonly ms: number;
  /** One line, without its end. */
  print(line: string): void;
  /** One line as ESP-IDF logs it: `I (27) boot: …`. */
  log(level: 'I' | 'W' | 'E', tag: string, text: string): void;
  /** Lets the chip be busy without printing. */
  work(ms: number): void;
  /** Text sent with another rate from here on. */
  setBaudRate(baudRate: number): void;
  /** From here on text takes its time but stays inside the chip. */
  mute(): void;
  /** Sends what was printed; it leaves the chip at its rate. */
  flush(): void;
  /**
   * Sends what was printed, and waits until real time has reached the chip's. Rejects when the run of the chip ends, or when
   * `interrupt` aborts: then the chip's clock is back at real time, since the work was not done.
   */
  settle(interrupt?: AbortSignal): Promise<void>;
  /** After waiting for the outside: moves the chip's clock to real time. */
  catchUp(): void;
}

/** The clock starts now; bytes go to `send` at `settle`. */
export function createOutput(
  send: (bytes: Uint8Array) => void,
  options: { baudRate: number; signal: AbortSignal },
): BoardOutput {
  const startedAt = performance.now();
  const { signal } = options;
  let { baudRate } = options;
  let ms = 0;
  let pending: Buffer[] = [];
  let muted = false;

  const print = (line: string): void => {
    const bytes = Buffer.from(`${line}\r\n`, 'utf8');
    ms += (bytes.length * 10_000) / baudRate;
    pending.push(bytes);
  };
  const flush = (): void => {
    if (pending.length > 0 && !muted) send(Buffer.concat(pending));
    pending = [];
  };

  return {
    get ms() {
      return ms;
    },
    print,
    log: (level, tag, text) => print(`${level} (${Math.round(ms)}) ${tag}: ${text}`),
    work(duration) {
      ms += duration;
    },
    setBaudRate(rate) {
      flush();
      baudRate = rate;
    },
    mute() {
      flush();
      muted = true;
    },
    flush,
    async settle(interrupt = signal) {
      signal.throwIfAborted();
      flush();
      const aheadMs = startedAt + ms - performance.now();
      if (aheadMs <= 0) return;
      try {
        await pause(aheadMs, interrupt);
      } catch (thrown) {
        ms = performance.now() - startedAt;
        throw thrown;
      }
    },
    catchUp() {
      ms = Math.max(ms, performance.now() - startedAt);
    },
  };
}

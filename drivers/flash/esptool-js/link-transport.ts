import { pause } from '../../../core/deadline.js';
import type { Link } from '../../link/link.js';
import { encodeFrame, makeFrameDecoder } from './slip.js';

/** Thrown by `read` when nothing came in time; the commands turn it into an error that says what was going on. */
export class LoaderSilence extends Error {
  override readonly name = 'LoaderSilence';
}

const heardBytes = 512;
/** How late a packet may be found when the event loop was blocked, in ms. */
const graceMs = 500;

/**
 * What the library takes for its `Transport`, over a link. Unlike the library's own it can be stopped, it has one deadline
 * over all the waits that a command makes, and a lost port or a timeout is an error of its own kind.
 */
export class LinkTransport {
  readonly tracing = false;
  readonly #link: Link;
  readonly #stopListening: () => void;
  readonly #packets: Buffer[] = [];
  readonly #decoder = makeFrameDecoder((packet) => this.#take(packet));
  #wake: (() => void) | undefined;
  #stopped: Error | undefined;
  #deadline = Infinity;
  /** When a read first found its time over. */
  #lateSince: number | undefined;
  #heard: Buffer | undefined = Buffer.alloc(0);

  constructor(link: Link) {
    this.#link = link;
    const stopListening = link.onData((chunk) => {
      if (this.#heard) this.#heard = Buffer.concat([this.#heard, chunk]).subarray(-heardBytes);
      this.#decoder.push(chunk);
    });
    const onLost = () => this.stop(link.lost.reason as Error);
    link.lost.addEventListener('abort', onLost, { once: true });
    this.#stopListening = () => {
      stopListening();
      link.lost.removeEventListener('abort', onLost);
    };
  }

  /** The rate of the port, which the library uses to work out the crystal's frequency. */
  get baudrate(): number {
    return this.#link.baudRate;
  }

  /** The last bytes from the board since it was told to enter its loader; undefined once the loader has answered. */
  get heard(): Buffer | undefined {
    return this.#heard;
  }

  /** Begins or ends keeping what is heard. */
  keepHeard(keep: boolean): void {
    this.#heard = keep ? Buffer.alloc(0) : undefined;
  }

  /** All waits from now on end within `timeoutMs`, however many the library makes. */
  setDeadline(timeoutMs: number): void {
    this.#deadline = performance.now() + timeoutMs;
  }

  /** Ends every wait, now and later, with this error. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
    this.#stopListening();
    this.#wake?.();
  }

  write(packet: Uint8Array): Promise<void> {
    return this.writeFrame(encodeFrame(packet));
  }

  /** Writes bytes that are a frame already. */
  async writeFrame(frame: Uint8Array): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    await this.#link.write(frame);
  }

  /** The next packet. */
  async read(timeoutMs: number): Promise<Uint8Array> {
    const until = Math.min(this.#deadline, performance.now() + timeoutMs);
    for (;;) {
      if (this.#stopped) throw this.#stopped;
      const leftMs = until - performance.now();
      const packet = this.#mayLook(leftMs) ? this.#packets.shift() : undefined;
      if (packet) return packet;
      if (leftMs <= 0) throw new LoaderSilence('no answer');
      await this.#wait(leftMs);
    }
  }

  /**
   * What came while the event loop was blocked is looked at, however long that was; but unrelated packets must not keep a command
   * alive for ever.
   */
  #mayLook(leftMs: number): boolean {
    if (leftMs > 0) {
      this.#lateSince = undefined;
      return true;
    }
    this.#lateSince ??= performance.now();
    return performance.now() - this.#lateSince < graceMs;
  }

  flushInput(): void {
    this.#packets.length = 0;
    this.#decoder.reset();
  }

  /** Waits until nothing has come for a while, for the ROM says eight times that it does not know a command. */
  async drainInput(): Promise<void> {
    for (let quiet = false; !quiet;) {
      this.flushInput();
      await pause(20);
      if (this.#stopped) throw this.#stopped;
      quiet = this.#packets.length === 0 || performance.now() > this.#deadline;
    }
    this.flushInput();
  }

  getInfo(): string {
    return this.#link.path;
  }

  getVid(): undefined {
    return undefined;
  }

  getPid(): undefined {
    return undefined;
  }

  #take(packet: Buffer): void {
    this.#packets.push(packet);
    this.#wake?.();
  }

  #wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      // The detour over setImmediate looks at the port once more, so that a blocked event loop makes no false timeout.
      const timer = setTimeout(() => setImmediate(done), Math.ceil(timeoutMs));
      this.#wake = done;
    });
  }
}

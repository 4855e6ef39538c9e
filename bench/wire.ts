import type { FaultKind } from '../rigs/faults.js';
import { createHalfLine } from './half-line.js';
import { createLosses } from './losses.js';
import { misread } from './misread.js';
import type { Wire } from './parts.js';
import { openPty } from './pty.js';
import { serveRfc2217 } from './rfc2217.js';

export interface WireOptions {
  /** Rate of the board when it starts, and of the host's ports until a host sets its own. */
  baudRate: number;
  /** `dropped-bytes` is the wire's; others are ignored. */
  faults?: readonly FaultKind[];
  /** Decides which bytes `dropped-bytes` takes. */
  seed?: number;
}

/** Where a host reaches the UART. */
export interface WirePorts {
  /** The pseudo-terminal, e.g. `/dev/pts/4`. */
  readonly serialPath: string;
  /** `127.0.0.1:port` of the RFC 2217 port. */
  readonly rfc2217: string;
  /** Another board hangs on it from now on: its losses are of that board's. */
  fit(board: Pick<WireOptions, 'faults' | 'seed'>): void;
}

/** One way in for a host: the pseudo-terminal or the RFC 2217 port. */
interface Host {
  baudRate(): number;
  write(bytes: Uint8Array): void;
  pause(): void;
  resume(): void;
}

/** The host is made to wait when this much is on its way to the board. */
const mostQueuedBytes = 64 * 1024;
/** To the host the wire may run this much ahead, to the board half of it; on average both keep the line rate exactly. */
const aheadMs = 2;

/**
 * The board's UART with its two ports for the host. It starts unpowered. The port that spoke or changed its settings last is the host: its
 * rate counts, and it gets what the board sends.
 */
export async function createWire(options: WireOptions): Promise<Wire & WirePorts> {
  let lose = lossesOf(options);
  let powered = false;
  let closed = false;
  let receiveRate = options.baudRate;
  let sendRate = options.baudRate;
  let measuring: { lostBytes: number; onFound?: (baudRate: number) => void } | undefined;
  let receive: (bytes: Buffer) => void = () => {};
  let onMisheard: (bytes: Buffer, baudRate: number) => void = () => {};
  let onLines: (lines: { dtr: boolean; rts: boolean }) => void = () => {};
  let onHangUp: () => void = () => {};

  const toBoard = createHalfLine({
    aheadMs: aheadMs / 2,
    lateness: () => toHost.takeLateness(),
    deliver(bytes, baudRate) {
      if (toBoard.queuedBytes < mostQueuedBytes / 2) for (const each of [pty, network]) each.resume();
      if (!powered) return;
      const left = measure(bytes, baudRate);
      if (left.length === 0) return;
      const heard = misread(left, baudRate, receiveRate);
      receive(heard);
      if (heard !== left) onMisheard(left, baudRate);
    },
  });
  const toHost = createHalfLine({
    aheadMs,
    lateness: () => toBoard.takeLateness(),
    deliver: (bytes, baudRate) => host.write(misread(bytes, baudRate, host.baudRate())),
  });

  /** What a measurement of the host's rate leaves of the bytes. */
  function measure(bytes: Buffer, baudRate: number): Buffer {
    if (measuring === undefined) return bytes;
    const left = bytes.subarray(measuring.lostBytes);
    measuring.lostBytes -= bytes.length;
    if (measuring.lostBytes > 0) return left;
    const { onFound } = measuring;
    measuring = undefined;
    receiveRate = sendRate = baudRate;
    onFound?.(baudRate);
    return left;
  }

  function fromHost(source: Host, bytes: Buffer): void {
    host = source;
    if (!powered) return;
    toBoard.push(lose(bytes), source.baudRate());
    if (toBoard.queuedBytes > mostQueuedBytes) source.pause();
  }

  const network = await serveRfc2217(options.baudRate, {
    onData: (bytes) => fromHost(network, bytes),
    onSettings: () => (host = network),
    onLines: (lines) => onLines(lines),
    onHangUp() {
      host = pty;
      toBoard.afterSent(() => onHangUp());
    },
  });
  const pty = openPty(options.baudRate, {
    onData: (bytes) => fromHost(pty, bytes),
    onBaudRate: () => (host = pty),
    onHangUp: () => toBoard.afterSent(() => onHangUp()),
  });
  let host: Host = pty;

  return {
    serialPath: pty.path,
    rfc2217: network.address,
    fit: (board) => void (lose = lossesOf(board)),
    send(bytes) {
      if (powered && !closed) toHost.push(Buffer.from(bytes), sendRate);
    },
    onReceive: (listener) => void (receive = listener),
    onMisheard: (listener) => void (onMisheard = listener),
    measureBaudRate: ({ lostBytes = 0, onFound } = {}) =>
      void (measuring = { lostBytes, ...(onFound && { onFound }) }),
    setBaudRate(baudRate, { afterSent = false } = {}) {
      measuring = undefined;
      sendRate = baudRate;
      const retune = () => (receiveRate = baudRate);
      if (afterSent) toHost.afterSent(retune);
      else retune();
    },
    setPowered(next) {
      if (!next) for (const half of [toBoard, toHost]) half.clear();
      powered = next;
    },
    onLines: (listener) => void (onLines = listener),
    onHangUp: (listener) => void (onHangUp = listener),
    async close() {
      if (closed) return;
      closed = true;
      powered = false;
      for (const half of [toBoard, toHost]) half.clear();
      pty.close();
      await network.close();
    },
  };
}

function lossesOf({ faults, seed = 1 }: Pick<WireOptions, 'faults' | 'seed'>): (bytes: Buffer) => Buffer {
  const share = faults?.find((fault) => fault.kind === 'dropped-bytes')?.share ?? 0;
  return createLosses(share, seed);
}

import type { TestContext } from 'node:test';
import { createFlashArray } from '../../bench/flash-array.js';
import { encodeSlip, createSlipDecoder } from '../../bench/loader/slip.js';
import { startLoader } from '../../bench/loader/loader.js';
import type { Wire } from '../../bench/parts.js';
import type { FaultKind } from '../../rigs/faults.js';

export interface Answer {
  value: number;
  /** Data and status bytes. */
  body: string;
}

/** A loader at the end of a wire without rate, and a host that speaks its protocol frame by frame. */
export function startSession(
  t: TestContext,
  { chip = 'esp32', faults = [] }: { chip?: string; faults?: FaultKind[] } = {},
) {
  const flash = createFlashArray({ sizeBytes: 4 * 1024 * 1024, faults });
  const frames: Buffer[] = [];
  let arrived = () => {};
  let receive: (bytes: Buffer) => void = () => {};
  const rates: number[] = [];
  let found: (baudRate: number) => void = () => {};
  const read = createSlipDecoder((frame) => {
    frames.push(frame);
    arrived();
  }, 70_000);
  const wire: Wire = {
    send: (bytes) => read(Buffer.from(bytes)),
    onReceive: (listener) => void (receive = listener),
    measureBaudRate: ({ onFound } = {}) => void (found = onFound ?? found),
    setBaudRate: (baudRate) => void rates.push(baudRate),
    setPowered: () => {},
    onMisheard: () => {},
    onLines: () => {},
    onHangUp: () => {},
    close: () => Promise.resolve(),
  };
  let resets = 0;
  const loader = startLoader({
    wire,
    flash,
    chip,
    mac: '24:6f:28:aa:bb:cc',
    faults,
    onReset: () => (resets += 1),
    log: () => {},
  });
  t.after(() => loader.stop());

  async function frame(): Promise<Buffer> {
    for (;;) {
      const next = frames.shift();
      if (next) return next;
      await new Promise<void>((resolve) => (arrived = resolve));
    }
  }

  async function ask(op: number, data: Uint8Array = Buffer.alloc(0), checksum = 0): Promise<Answer> {
    send(op, data, checksum);
    for (;;) {
      const response = await frame();
      if (response[0] === 1 && response[1] === op) {
        return { value: response.readUInt32LE(4), body: response.subarray(8).toString('hex') };
      }
    }
  }

  function send(op: number, data: Uint8Array, checksum = 0): void {
    const header = Buffer.alloc(8);
    header[1] = op;
    header.writeUInt16LE(data.length, 2);
    header.writeUInt32LE(checksum, 4);
    receive(encodeSlip(Buffer.concat([header, data])));
  }

  /** A data command with its header and, unless told, the right checksum. */
  function block(op: number, payload: Uint8Array, checksum = xor(payload)): Promise<Answer> {
    return ask(op, Buffer.concat([words(payload.length, 0, 0, 0), payload]), checksum);
  }

  return {
    flash,
    rates,
    /** The wire has measured the host's rate, where the loader asked for it. */
    measured: (baudRate: number) => found(baudRate),
    resets: () => resets,
    stop: () => loader.stop(),
    frame,
    ask,
    send,
    block,
    /** Bytes as they are, and frames that have come back. */
    raw(bytes: Uint8Array): void {
      receive(Buffer.from(bytes));
    },
    sendFrame: (bytes: Uint8Array) => receive(encodeSlip(bytes)),
    pending: () => frames.length,
    /** Uploads and starts something that counts as a stub. */
    async runStub(): Promise<void> {
      const address = { esp32: 0x400be000, esp8266: 0x4010c500 }[chip] ?? 0x40380000;
      await ask(0x05, words(16, 1, 0x1800, address));
      await block(0x07, Buffer.alloc(16, 1));
      await ask(0x06, words(0, address));
      while (String(await frame()) !== 'OHAI') continue;
    },
  };
}

export function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
  return bytes;
}

function xor(payload: Uint8Array): number {
  return payload.reduce((sum, byte) => sum ^ byte, 0xef);
}

import type { Link } from '../../drivers/link/link.js';
import { encodeFrame, makeFrameDecoder } from '../../drivers/flash/esptool-js/slip.js';

/** A request as it came over the wire. */
export interface Request {
  op: number;
  data: Buffer;
}

export interface FakeLink extends Link {
  requests: Request[];
  /** Sends bytes as the board. */
  say(bytes: Uint8Array): void;
  /** Sends a packet as a frame. */
  sayPacket(packet: Uint8Array): void;
  /** Answers a request with two status bytes and whatever data. */
  answer(op: number, status?: number, data?: Uint8Array): void;
}

/**
 * A link whose far end is a function, for what the virtual board does not do: lose an acknowledgement, chatter, lie about a
 * digest. `respond` gets each request frame.
 */
export function fakeLink(respond: (request: Request, link: FakeLink) => void): FakeLink {
  const listeners = new Set<(chunk: Buffer) => void>();
  const lost = new AbortController();
  const link: FakeLink = {
    path: '/dev/fake',
    baudRate: 921_600,
    lost: lost.signal,
    requests: [],
    say: (bytes) => listeners.forEach((listener) => listener(Buffer.from(bytes))),
    sayPacket: (packet) => link.say(encodeFrame(packet)),
    answer(op, status = 0, data = Buffer.alloc(0)) {
      const packet = Buffer.alloc(8);
      packet.set([1, op]);
      link.sayPacket(Buffer.concat([packet, data, Buffer.of(status, 0)]));
    },
    async write(bytes) {
      // The board is another process: it never answers within the call that writes.
      await new Promise(setImmediate);
      decoder.push(Buffer.from(bytes));
    },
    onData(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    drain: async () => undefined,
    setBaudRate: async () => undefined,
    discardInput: async () => undefined,
    setLines: async () => undefined,
    close: async () => lost.abort(),
  };
  const decoder = makeFrameDecoder((packet) => {
    const request = { op: packet[1] ?? -1, data: packet.subarray(8) };
    link.requests.push(request);
    respond(request, link);
  });
  return link;
}

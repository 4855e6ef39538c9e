import { LoaderStatus } from './loader-error.js';
import type { LinkTransport } from './link-transport.js';

/** The loader has this long to answer, beyond the time that the bytes take on the wire, in ms. */
export const answerMs = 4000;

const attempts = 3;

/**
 * Sends one data block and waits for its acknowledgement. The ROM works on a block before it acknowledges it. The stub
 * acknowledges first and works while it receives the next block into the second of its two buffers; a third one would
 * overwrite what it works on, and a UART has nothing to hold it back. So one block at a time is outstanding, never more.
 *
 * A block that arrived damaged was thrown away by the loader and is sent again. One that was not acknowledged is not: it may
 * have gone into the decompressor, and twice would corrupt all that follows.
 */
export async function writeBlock(
  transport: LinkTransport,
  opcode: number,
  frame: Buffer,
  timeoutMs = answerMs,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    transport.flushInput();
    transport.setDeadline(timeoutMs + wireMs(frame.length, transport.baudrate));
    const [[first, second]] = await Promise.all([
      acknowledgement(transport, opcode),
      transport.writeFrame(frame),
    ]);
    if (first === 0) return;
    if (!arrivedDamaged(first, second) || attempt === attempts) throw new LoaderStatus(first, second);
  }
}

/** Time of so many bytes on the wire, 8N1, in ms. */
function wireMs(bytes: number, baudRate: number): number {
  return Math.ceil((bytes * 10_000) / baudRate);
}

/** The status bytes of the next answer to this opcode. */
async function acknowledgement(transport: LinkTransport, opcode: number): Promise<[number, number]> {
  for (;;) {
    // As long as the deadline of the block allows.
    const packet = await transport.read(Infinity);
    if (packet[0] === 1 && packet[1] === opcode && packet.length >= 10) {
      return [packet[8] as number, packet[9] as number];
    }
  }
}

function arrivedDamaged(first: number, second: number): boolean {
  return first === 0xc0 || first === 0xc1 || (first === 1 && second === 7);
}

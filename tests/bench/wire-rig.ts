import type { TestContext } from 'node:test';
import { createWire, type WireOptions } from '../../bench/wire.js';

/** A powered wire whose board keeps what it receives; closed after the test. */
export async function startWire(test: TestContext, options: Partial<WireOptions> = {}) {
  const wire = await createWire({ baudRate: 115_200, ...options });
  test.after(() => wire.close());
  let received = Buffer.alloc(0);
  let changed = () => {};
  wire.onReceive((bytes) => {
    received = Buffer.concat([received, bytes]);
    changed();
  });
  wire.setPowered(true);
  return {
    wire,
    /** What the board has received so far. */
    received: () => received,
    /** Waits until the board has received that much. */
    async receive(count: number): Promise<Buffer> {
      while (received.length < count) await new Promise<void>((resolve) => (changed = resolve));
      return received;
    },
    /** Resolves when the host hangs up. */
    hangUp: () => new Promise<void>((resolve) => wire.onHangUp(resolve)),
  };
}

/** Bytes that look random and are the same in every run. */
export function noise(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  let state = 12345;
  for (let at = 0; at < count; at += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

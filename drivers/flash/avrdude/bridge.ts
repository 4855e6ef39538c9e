import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Link } from '../../link/link.js';
import { syncQuestion } from './meet-loader.js';
import type { StkWatch } from './stk-watch.js';

/** Often enough for a loader that leaves after a second. */
const keepAliveMs = 200;

export interface BridgeOptions {
  link: Link;
  watch: StkWatch;
  /** Called when the board has owed the tool an answer for `silenceMs`. */
  onSilence: () => void;
  silenceMs: number;
}

/** Where avrdude reaches the board while the driver keeps the port. */
export interface Bridge {
  /** For avrdude's -P. */
  readonly port: string;
  close(): Promise<void>;
}

/**
 * Puts a loopback port between the tool and a loader that has been met. So the loader waits for the tool, however long that takes to start, and what goes
 * wrong is seen where it happens: avrdude itself resets a board before its time on a slow machine, and gives up on a silent one after a minute.
 */
export async function openBridge({ link, watch, onSilence, silenceMs }: BridgeOptions): Promise<Bridge> {
  let tool: Socket | undefined;
  let hasSpoken = false;
  let silence: NodeJS.Timeout | undefined;

  const toBoard = (bytes: Buffer): void => {
    const passed = watch.fromTool(bytes);
    if (passed.length === 0) return;
    // A port that is lost ends the session by itself.
    void link.write(passed).catch(() => undefined);
  };
  const keepAlive = setInterval(() => toBoard(syncQuestion), keepAliveMs);
  const stopListening = link.onData((chunk) => {
    watch.fromBoard(chunk);
    if (!watch.isWaiting) clearTimeout(silence);
    if (hasSpoken) tool?.write(chunk);
  });
  const server = createServer((socket) => {
    if (tool) return socket.destroy();
    tool = socket;
    socket.setNoDelay(true);
    // It is killed when something is wrong; how its socket ends says nothing.
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      clearInterval(keepAlive);
      hasSpoken = true;
      toBoard(bytes);
      clearTimeout(silence);
      silence = setTimeout(onSilence, silenceMs);
    });
  });
  server.listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    clearInterval(keepAlive);
    stopListening();
    throw error;
  }

  return {
    port: `net:127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      clearInterval(keepAlive);
      clearTimeout(silence);
      stopListening();
      tool?.destroy();
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

import { createServer, type Socket } from 'node:net';
import { RigError } from '../../../core/errors.js';

/** Where the device connects back to. */
export interface Callback {
  readonly port: number;
  /** Aborted when the device has connected. */
  readonly called: AbortSignal;
  /** The device's connection; call it once. Rejects with FLASH_STALLED when it does not come in time. */
  connection(timeoutMs: number): Promise<Socket>;
  /** Ends the connection as well; may be called twice. */
  close(): void;
}

export interface CallbackOptions {
  /** This host's address on the way to the device: nobody on another network may come. */
  localAddress: string;
  /** The device's address: whoever else connects is turned away. */
  remoteAddress: string;
  log: (line: string) => void;
}

export async function openCallback({ localAddress, remoteAddress, log }: CallbackOptions): Promise<Callback> {
  const called = new AbortController();
  let socket: Socket | undefined;
  let limit: NodeJS.Timeout | undefined;
  const server = createServer((incoming) => {
    if (incoming.remoteAddress !== remoteAddress || socket !== undefined) {
      log(`connection from ${incoming.remoteAddress} turned away, ${remoteAddress} is expected`);
      return void incoming.destroy();
    }
    socket = incoming;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    called.abort();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const what = `cannot listen on ${localAddress} for the device: ${cause.message}`;
      reject(new RigError('NETWORK_UNREACHABLE', what, { cause }));
    });
    server.listen({ host: localAddress, port: 0 }, resolve);
  });
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  return {
    port,
    called: called.signal,
    connection: (timeoutMs) =>
      new Promise((resolve, reject) => {
        limit = setTimeout(() => {
          const what = `${remoteAddress} took the invitation, but did not connect back to ${localAddress} port ${port} within ${timeoutMs / 1000} s; a firewall on this host?`;
          reject(new RigError('FLASH_STALLED', what));
        }, timeoutMs);
        const take = () => {
          clearTimeout(limit);
          if (socket) resolve(socket);
        };
        if (called.signal.aborted) take();
        else called.signal.addEventListener('abort', take, { once: true });
      }),
    close() {
      clearTimeout(limit);
      server.close();
      socket?.destroy();
    },
  };
}

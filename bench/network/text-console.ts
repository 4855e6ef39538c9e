import { createServer, type Socket } from 'node:net';
import type { NetworkDevice, Service } from './device.js';
import { listening } from './listening.js';

/** The device's console as text over TCP: what it says on its UART goes to everyone who is connected, and all may speak. */
export async function serveTextConsole(device: NetworkDevice): Promise<Service> {
  const { address, tap } = device;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    device.onConnection(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      if (!device.hung) tap.feed(bytes);
    });
  });
  await listening(server, address.host, address.ports.console);
  const stop = tap.onSent((bytes) => {
    if (!device.hung) for (const socket of sockets) socket.write(bytes);
  });
  return {
    async close() {
      stop();
      // Nobody new first: who is dropped comes again at once.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

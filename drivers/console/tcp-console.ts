import { withDeadline } from '../../core/deadline.js';
import { meetDevice } from '../network/connect.js';
import { hangUp } from '../network/hang-up.js';
import { connectionLost } from '../network/network-error.js';
import {
  openNetworkConsole,
  type ConnectLine,
  type NetworkConsole,
  type NetworkConsoleOptions,
} from './network-console.js';

/** A device that takes nothing for so long has stopped. */
const sendMs = 2000;

/**
 * The console of a device as plain text over TCP, at `ports.console` of its address. What it said before the connection stood is not heard. Throws DUT_SILENT,
 * NETWORK_UNREACHABLE and the signal's reason.
 */
export function openTcpConsole(
  options: NetworkConsoleOptions & {
    /** What ends a sent line; LF unless told. */
    lineEnd?: string;
  },
): Promise<NetworkConsole> {
  const { address, lineEnd = '\n' } = options;
  const { host, ports } = address;
  const where = `${host} port ${ports.console}`;
  const connect: ConnectLine = async ({ received, ended }, meeting) => {
    const socket = await meetDevice(host, ports.console, meeting);
    let cause: unknown;
    socket.on('error', (thrown) => (cause = thrown));
    socket.on('close', () => ended(cause));
    socket.on('data', received);
    return {
      send: (text) =>
        withDeadline(
          () =>
            new Promise<void>((resolve, reject) => {
              socket.write(text + lineEnd, (thrown) => {
                if (thrown) reject(connectionLost(where, 'a line was sent', thrown));
                else resolve();
              });
            }),
          { timeoutMs: sendMs, onTimeout: () => connectionLost(where, 'a line was sent') },
        ),
      close: () => hangUp(socket),
    };
  };
  return openNetworkConsole(where, connect, options);
}

import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { abortedBy } from '../../../core/deadline.js';
import { notMet } from '../../network/network-error.js';

/** Datagrams to and from one device. */
export interface UdpTalk {
  /** The device's IP address. */
  readonly remoteAddress: string;
  /** This host's address on the way to it. */
  readonly localAddress: string;
  /**
   * Sends a text, again after every `everyMs`, until the device answers, `enough` aborts (then undefined), or `timeoutMs` have passed: then `onTimeout`
   * makes the error, with what the network said of the last try.
   */
  ask(text: string, options: AskOptions): Promise<string | undefined>;
  /** May be called twice. */
  close(): void;
}

export interface AskOptions {
  everyMs: number;
  timeoutMs: number;
  signal: AbortSignal;
  enough: AbortSignal;
  onTimeout: (tries: number, refused: unknown) => Error;
}

/** Throws NETWORK_UNREACHABLE. Answers of anyone else are not heard. */
export async function openUdpTalk(host: string, port: number): Promise<UdpTalk> {
  const where = `${host} port ${port} (UDP)`;
  const { address, family } = await lookup(host).catch((thrown: unknown) => {
    throw notMet(thrown, where);
  });
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    socket.connect(port, address);
    await once(socket, 'connect');
  } catch (thrown) {
    socket.close();
    throw notMet(thrown, where);
  }
  let closed = false;
  return {
    remoteAddress: address,
    localAddress: socket.address().address,
    ask: (text, options) => ask(socket, text, options),
    close() {
      if (!closed) socket.close();
      closed = true;
    },
  };
}

function ask(socket: Socket, text: string, options: AskOptions): Promise<string | undefined> {
  const { everyMs, timeoutMs, signal, enough, onTimeout } = options;
  return new Promise<string | undefined>((resolve, reject) => {
    let refused: unknown;
    let tries = 0;
    const send = () => {
      tries += 1;
      // A port without listener is answered by the network: known by the `error` event, or by the next call.
      socket.send(text, (error) => (refused = error ?? refused));
    };
    const onError = (error: Error) => (refused = error);
    const onMessage = (bytes: Buffer) => end(() => resolve(bytes.toString('latin1').trim()));
    const onAbort = () => end(() => reject(abortedBy(signal)));
    const onEnough = () => end(() => resolve(undefined));
    const repeat = setInterval(send, everyMs);
    const limit = setTimeout(() => end(() => reject(onTimeout(tries, refused))), timeoutMs);
    const end = (settle: () => void) => {
      clearInterval(repeat);
      clearTimeout(limit);
      socket.off('message', onMessage);
      signal.removeEventListener('abort', onAbort);
      enough.removeEventListener('abort', onEnough);
      settle();
    };
    // Stays: what comes late must not end the process.
    socket.on('error', onError);
    socket.on('message', onMessage);
    signal.addEventListener('abort', onAbort, { once: true });
    enough.addEventListener('abort', onEnough, { once: true });
    if (signal.aborted) onAbort();
    else if (enough.aborted) onEnough();
    else send();
  });
}

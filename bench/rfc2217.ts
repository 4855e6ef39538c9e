import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createTelnetReader, escapeData, option, subnegotiation, will } from './telnet.js';

export interface Rfc2217Listeners {
  onData: (bytes: Buffer) => void;
  /** The client connected or changed a setting. */
  onSettings: () => void;
  /** DTR and RTS after a change; true is asserted. */
  onLines: (lines: { dtr: boolean; rts: boolean }) => void;
  /** The connection ended; both lines are released by then. */
  onHangUp: () => void;
}

export interface Rfc2217Port {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** The rate that the client set, in bits per second. */
  baudRate(): number;
  /** Bytes for the client; lost when there is none. */
  write(bytes: Uint8Array): void;
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** Commands of RFC 2217 section 2; the server's answer is the command plus 100. */
const command = {
  setBaudRate: 1,
  setDataSize: 2,
  setParity: 3,
  setStopSize: 4,
  setControl: 5,
  setLineMask: 10,
  setModemMask: 11,
  purge: 12,
};
const answerOffset = 100;
const notifyModemState = 107;
/** CTS, DSR and carrier on: nothing holds the host back. */
const modemReady = 0xb0;
const control = { askDtr: 7, dtrOn: 8, dtrOff: 9, askRts: 10, rtsOn: 11, rtsOff: 12 };
/** What is kept for a client who reads slowly; more is lost. */
const keepBytes = 1024 * 1024;

/**
 * Serves the UART as an RFC 2217 port on loopback, for one client at a time; further ones are turned away. Data size, parity and stop
 * bits are acknowledged, but the wire is always 8N1.
 */
export async function serveRfc2217(baudRate: number, listeners: Rfc2217Listeners): Promise<Rfc2217Port> {
  let rate = baudRate;
  let client: Socket | undefined;
  const sockets = new Set<Socket>();
  const lines = { dtr: false, rts: false };

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    if (client !== undefined) {
      // What it sends is thrown away, or its end would never be seen.
      socket.resume().end('port is in use\r\n');
      return;
    }
    client = socket;
    attach(socket);
  });

  function attach(socket: Socket): void {
    const read = createTelnetReader({
      onData: listeners.onData,
      onNegotiation: (bytes) => socket.write(bytes),
      onSubnegotiation(number, payload) {
        if (number === option.comPort) configure(socket, payload);
      },
    });
    socket.write(Buffer.concat([will(option.binary), will(option.suppressGoAhead)]));
    socket.on('data', read);
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      if (client === socket) client = undefined;
      socket.destroy();
      setLines({ dtr: false, rts: false });
      listeners.onHangUp();
    };
    socket.on('end', end);
    socket.on('close', end);
    listeners.onSettings();
  }

  function configure(socket: Socket, payload: Buffer): void {
    const number = payload[0] ?? 0;
    const value = payload.subarray(1);
    const answer = (bytes: Buffer) =>
      socket.write(subnegotiation(option.comPort, Buffer.concat([Buffer.of(number + answerOffset), bytes])));
    if (number === command.setBaudRate && value.length === 4) {
      rate = value.readUInt32BE() || rate;
      const set = Buffer.alloc(4);
      set.writeUInt32BE(rate);
      answer(set);
      listeners.onSettings();
    } else if (number === command.setControl) {
      answer(Buffer.of(setControl(value[0] ?? 0)));
      listeners.onSettings();
    } else if (number === command.setModemMask) {
      answer(value);
      socket.write(subnegotiation(option.comPort, Buffer.of(notifyModemState, modemReady)));
    } else if (number >= command.setDataSize && number <= command.purge) {
      answer(value);
    }
  }

  /** The value to answer with: what was set, or the state that was asked for. */
  function setControl(value: number): number {
    if (value === control.dtrOn || value === control.dtrOff)
      setLines({ ...lines, dtr: value === control.dtrOn });
    if (value === control.rtsOn || value === control.rtsOff)
      setLines({ ...lines, rts: value === control.rtsOn });
    if (value === control.askDtr) return lines.dtr ? control.dtrOn : control.dtrOff;
    if (value === control.askRts) return lines.rts ? control.rtsOn : control.rtsOff;
    return value;
  }

  function setLines(next: { dtr: boolean; rts: boolean }): void {
    if (next.dtr === lines.dtr && next.rts === lines.rts) return;
    Object.assign(lines, next);
    listeners.onLines({ ...lines });
  }

  const port = await listen(server);
  return {
    address: `127.0.0.1:${port}`,
    baudRate: () => rate,
    write(bytes) {
      if (client && client.writableLength < keepBytes) client.write(escapeData(bytes));
    },
    pause: () => void client?.pause(),
    resume: () => void client?.resume(),
    close: () => close(server, sockets),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  // Nobody new first: who is dropped may come again at once.
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  return closed;
}

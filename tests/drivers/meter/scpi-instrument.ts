import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A SCPI instrument on loopback: a TCP server with a parser, an output queue and an error queue, as a bench meter has. */
export interface ScpiInstrument {
  host: string;
  port: number;
  identity: string;
  volts: number;
  amps: number;
  /** What it answers instead of a value. */
  answers?: string | undefined;
  /** What it answers to `SYST:ERR?` once it is told to go on, instead of at once. */
  lateComplaint?: { text: string; due: Promise<void> } | undefined;
  /** Takes queries and answers none. */
  isStuck: boolean;
  /** What it was told, in order. */
  heard: string[];
  /** Connections that it has had. */
  connections: number;
  /** Queries that came in before the one before was answered. */
  interrupted: number;
  /** Ends all connections; it may be connected to again. */
  drop(): void;
  close(): Promise<void>;
}

/** Answers arrive in two pieces, one turn later, as over a network. */
export async function startScpiInstrument(): Promise<ScpiInstrument> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    instrument.connections += 1;
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    converse(instrument, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const instrument: ScpiInstrument = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    identity: 'Bench,M1,0001,1.0',
    volts: 5,
    amps: 0.08,
    isStuck: false,
    heard: [],
    connections: 0,
    interrupted: 0,
    drop,
    async close() {
      if (!server.listening) return;
      drop();
      server.close();
      await once(server, 'close');
    },
  };
  return instrument;
}

function converse(instrument: ScpiInstrument, socket: Socket): void {
  const errors: string[] = [];
  let text = '';
  let isAnswering = false;
  const answerTo = (query: string): string | undefined => {
    if (query === '*IDN?') return instrument.identity;
    if (query === 'SYST:ERR?') return instrument.lateComplaint?.text ?? errors.shift() ?? '+0,"No error"';
    const value = { 'MEAS:VOLT? (@1)': instrument.volts, 'MEAS:CURR? (@1)': instrument.amps }[query];
    if (value !== undefined) return instrument.answers ?? scientific(value);
    errors.push('-113,"Undefined header"');
    return undefined;
  };
  const answer = async (query: string) => {
    instrument.heard.push(query);
    if (isAnswering) instrument.interrupted += 1;
    const line = answerTo(query);
    if (line === undefined || (instrument.isStuck && query !== 'SYST:ERR?')) return;
    isAnswering = true;
    if (query === 'SYST:ERR?') await instrument.lateComplaint?.due;
    socket.write(line.slice(0, 3));
    await new Promise(setImmediate);
    isAnswering = false;
    if (!socket.destroyed) socket.write(`${line.slice(3)}\n`);
  };
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) void answer(line);
  });
}

/** `+4.98712E+00` */
function scientific(value: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(5).split('e');
  const power = Number(exponent);
  return `${value < 0 ? '' : '+'}${mantissa}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

import { createServer, type Socket } from 'node:net';

export interface ScpiServerOptions {
  host: string;
  port: number;
  /** What `*IDN?` answers: maker, model, serial number, version. */
  identity: string;
  /** The value of a query in V or A; undefined for one that the instrument does not know. */
  measure: (query: string) => number | undefined;
}

/** An instrument that is switched on. */
export interface ScpiServer {
  /** Ends its connections too. May be called twice. */
  close(): Promise<void>;
}

/** SCPI-99 volume 2, 21.8: so many errors are kept; then the last one says that there were more. */
const queueLength = 16;
const longestLine = 4096;
const noError = '0,"No error"';

/**
 * An instrument that speaks SCPI over a raw TCP socket, with its own error queue for each connection: messages end with a line feed, `;` separates commands,
 * numbers are like `+4.98712E+00`. What it does not know goes to the queue as -113 and has no answer. Rejects when the port is taken.
 */
export async function startScpiServer(options: ScpiServerOptions): Promise<ScpiServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    converse(socket, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port, exclusive: true }, resolve);
  });
  let closing: Promise<void> | undefined;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { close: () => (closing ??= close()) };
}

function converse(socket: Socket, options: ScpiServerOptions): void {
  const errors: string[] = [];
  let heard = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    heard += text;
    const lines = heard.split('\n');
    heard = lines.pop() ?? '';
    for (const line of lines) {
      const answers = answersTo(line.trim(), options, errors);
      if (answers.length > 0) socket.write(`${answers.join(';')}\n`);
    }
    if (heard.length > longestLine) socket.destroy();
  });
}

/** A message that is a known query as a whole is one, also where it holds a `;`. */
function answersTo(message: string, options: ScpiServerOptions, errors: string[]): string[] {
  if (message === '') return [];
  const value = options.measure(message);
  if (value !== undefined) return [formatNumber(value)];
  const commands = message.split(';').map((command) => command.trim());
  if (commands.length > 1) return commands.flatMap((command) => answersTo(command, options, errors));
  switch (message.toUpperCase().replace(/^:/, '')) {
    case '*IDN?':
      return [options.identity];
    case '*OPC?':
      return ['1'];
    case '*CLS':
      errors.length = 0;
      return [];
    case '*RST':
      return [];
    case 'SYST:ERR?':
    case 'SYST:ERR:NEXT?':
    case 'SYSTEM:ERROR?':
    case 'SYSTEM:ERROR:NEXT?':
      return [errors.shift() ?? noError];
    default:
      if (errors.length < queueLength) errors.push('-113,"Undefined header"');
      else errors[queueLength - 1] = '-350,"Queue overflow"';
      return [];
  }
}

/** IEEE 488.2, NR3: `+4.98712E+00`. */
export function formatNumber(value: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(5).split('e');
  const digits = exponent.slice(1).padStart(2, '0');
  return `${value < 0 ? '' : '+'}${mantissa}E${exponent.startsWith('-') ? '-' : '+'}${digits}`;
}

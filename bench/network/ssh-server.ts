import { createECDH, createHash, createPrivateKey } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type ServerChannel } from 'ssh2';
import { faultOf } from '../board-faults.js';
import type { HostKeys, NetworkDevice, Service } from './device.js';
import { listening } from './listening.js';
import { createShell, type Shell } from './shell.js';

const usualUser = 'root';

/** The gateway's SSH server: one command with `exec`, or its shell. It takes the device's user and password. */
export async function serveSsh(device: NetworkDevice, keys: HostKeys): Promise<Service> {
  const { address, faults } = device;
  keys.ssh ??= hostKeyOf(device.mac);
  const shell = createShell(device);
  const isSilent = faultOf(faults, 'silent-console') !== undefined;
  const protocol = new ssh2.Server({ hostKeys: [keys.ssh] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => authenticate(device, context));
    connection.on('session', (accept) => {
      const session = accept();
      session.on('pty', (acceptPty) => acceptPty());
      session.on('exec', (acceptExec, _, { command }) => {
        const channel = acceptExec();
        if (!isSilent && !device.hung) void execute(shell, command, channel);
      });
      session.on('shell', (acceptShell) => {
        const channel = acceptShell();
        if (!isSilent && !device.hung) void converse(shell, channel);
      });
    });
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    device.onConnection(socket);
    socket.on('close', () => sockets.delete(socket));
    protocol.injectSocket(socket);
  });
  await listening(server, address.host, address.ports.ssh);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/**
 * A key that belongs to the device, so that it has the same one on every bench. By Node's own hand: the Ed25519 keys that ssh2 1.17 makes are malformed now
 * and then.
 */
function hostKeyOf(mac: string): string {
  const secret = createHash('sha256').update(`host key of ${mac}`).digest();
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const part = (from: number, to: number) => point.subarray(from, to).toString('base64url');
  const key = { kty: 'EC', crv: 'P-256', x: part(1, 33), y: part(33, 65), d: secret.toString('base64url') };
  return createPrivateKey({ key, format: 'jwk' }).export({ type: 'sec1', format: 'pem' }).toString();
}

function authenticate({ credentials }: NetworkDevice, context: AuthContext): void {
  const { user = usualUser, password } = credentials;
  if (context.username !== user) return context.reject(['password']);
  if (password === undefined) return context.accept();
  if (context.method === 'password' && context.password === password) return context.accept();
  context.reject(['password']);
}

async function execute(shell: Shell, command: string, channel: ServerChannel): Promise<void> {
  channel.on('error', () => undefined);
  const gone = new AbortController();
  channel.on('close', () => gone.abort());
  const to = {
    out: (line: string) => void channel.write(`${line}\n`),
    error: (line: string) => void channel.stderr.write(`${line}\n`),
  };
  const status = await shell.run(command, to, gone.signal).catch(() => undefined);
  if (status === undefined) return;
  channel.exit(status);
  channel.end(() => channel.close());
}

async function converse(shell: Shell, channel: ServerChannel): Promise<void> {
  channel.on('error', () => undefined);
  const say = (line: string): void => void channel.write(`${line}\r\n`);
  channel.write('# ');
  let begun = '';
  for await (const chunk of channel) {
    const lines = `${begun}${String(chunk)}`.split(/\r\n|\r|\n/);
    begun = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === 'exit') {
        channel.exit(0);
        return void channel.end(() => channel.close());
      }
      await shell.run(line, { out: say, error: say }).catch(() => undefined);
      channel.write('# ');
    }
  }
}

import { createServer, type Server } from 'node:net';
import { RigError } from '../core/errors.js';
import type { BenchPorts } from '../rigs/bench.js';

/** A loopback address that is one device's alone as long as it is held. */
export interface NetworkPlace {
  address: NonNullable<BenchPorts['network']>;
  /** May be called twice. */
  release(): Promise<void>;
}

/** Ports that need no privilege, the same for every device, as each has an address of its own. */
const ports = { http: 8080, ota: 3232, ssh: 2222, console: 2323 } as const;
/** Nobody speaks here: who holds it has the address. */
const holdPort = 8099;
const tries = 200;

/**
 * Takes the first free address of 127.64.0.0/10, from a place on that depends on this process and on the index, so that the devices of a bench do not ask for
 * the same ones. Throws BENCH_FAILED.
 */
export async function takeNetworkPlace(index = 0): Promise<NetworkPlace> {
  for (let attempt = index; attempt < index + tries; attempt += 1) {
    const place = (process.pid * 61 + attempt) % (64 * 250);
    const host = `127.${64 + Math.floor(place / 250)}.${1 + Math.floor(attempt / 50)}.${1 + (place % 250)}`;
    const holder = await hold(host);
    if (holder === undefined) continue;
    const release = () => new Promise<void>((resolve) => void holder.close(() => resolve()));
    let releasing: Promise<void> | undefined;
    return { address: { host, ports }, release: () => (releasing ??= release()) };
  }
  throw new RigError(
    'BENCH_FAILED',
    `no loopback address was free in ${tries} tries; other benches hold them`,
  );
}

function hold(host: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ host, port: holdPort, exclusive: true }, () => resolve(server));
  });
}

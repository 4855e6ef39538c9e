import type { Socket } from 'node:net';
import { connectOnce } from '../network/connect.js';
import type { NetworkAddress, NetworkPorts } from '../network/network-address.js';
import { hostsOf } from './address-range.js';
import { askBanner, askWeb, type WebAnswer } from './ask-service.js';

/** A service that answered. */
export interface ServiceFound {
  kind: 'http' | 'ssh' | 'console';
  port: number;
  /** What it said of itself; undefined for one that accepts and says nothing. */
  says?: string;
}

/** A host on the network and what answers there. */
export interface NetworkHostFound {
  host: string;
  /** In the order web, SSH, console; empty when nothing answers. */
  services: ServiceFound[];
}

export interface ScanOptions {
  signal?: AbortSignal;
  /** Services that are looked for; the usual ports unless told. */
  ports?: Pick<Record<ServiceFound['kind'], readonly number[]>, 'http' | 'ssh'>;
  /** For one connection; 300 unless told. */
  connectMs?: number;
}

/** Web pages and updates over the air: 80, and 8080 where 80 needs a privilege; shells: 22 and 2222. */
const usualPorts = { http: [80, 8080], ssh: [22, 2222] } as const;
const connectMs = 300;
/** Connections at the same time: a cheap switch or a microcontroller copes with that. */
const mostAtOnce = 64;
/** Of a device that stands in a station file: it is known to be there, so it gets more time. */
const deviceConnectMs = 1000;

/** Looks at every host of an IPv4 range; lists those at which something answers. Throws CONFIG_INVALID for a range it does not take. */
export async function scanNetwork(cidr: string, options: ScanOptions = {}): Promise<NetworkHostFound[]> {
  const { signal, ports = usualPorts, connectMs: timeoutMs = connectMs } = options;
  const hosts = hostsOf(cidr);
  const found = new Map<string, ServiceFound[]>();
  const targets = hosts.flatMap((host) =>
    (['http', 'ssh'] as const).flatMap((kind) => ports[kind].map((port) => ({ host, kind, port }))),
  );
  const queue = targets.values();
  const work = async () => {
    for (const { host, kind, port } of queue) {
      signal?.throwIfAborted();
      const service = await askService({ host, ports: portsAt(kind, port) }, kind, { timeoutMs, signal });
      if (service) found.set(host, [...(found.get(host) ?? []), service]);
    }
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work));
  return hosts.flatMap((host) => {
    const services = found.get(host);
    return services ? [{ host, services: inOrder(services) }] : [];
  });
}

/** What answers at the address of a station's device, with its credentials; consoles that are plain text are only connected to. */
export async function askDevice(
  address: NetworkAddress,
  { signal }: { signal?: AbortSignal } = {},
): Promise<NetworkHostFound> {
  const kinds = ['http', 'ssh', 'console'] as const;
  const services = await Promise.all(
    kinds.map((kind) => askService(address, kind, { timeoutMs: deviceConnectMs, signal })),
  );
  return { host: address.host, services: inOrder(services.filter((service) => service !== undefined)) };
}

async function askService(
  address: NetworkAddress,
  kind: ServiceFound['kind'],
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<ServiceFound | undefined> {
  const port = address.ports[kind];
  const connect = async (): Promise<Socket | undefined> => {
    const time = AbortSignal.timeout(timeoutMs);
    const stop = signal ? AbortSignal.any([signal, time]) : time;
    return connectOnce(address.host, port, stop).catch(() => undefined);
  };
  const socket = await connect();
  if (socket === undefined) return undefined;
  if (kind === 'console') {
    socket.destroy();
    return { kind, port };
  }
  const says = kind === 'ssh' ? await askBanner(socket) : await webSays(socket, address, connect);
  return { kind, port, ...(says !== undefined && { says }) };
}

/** Firmware that tells who it is does so at `/info`; everything else at least has a first page. */
async function webSays(
  socket: Socket,
  address: NetworkAddress,
  connect: () => Promise<Socket | undefined>,
): Promise<string | undefined> {
  const info = await askWeb(socket, address, '/info');
  if (info?.status === 200 && info.text !== undefined) return textOf(info);
  if (info?.status === 401 || info?.status === 403) return textOf(info);
  const again = await connect();
  const page = again && (await askWeb(again, address, '/'));
  const said = page ?? info;
  return said && textOf(said);
}

function textOf({ status, server, title, text }: WebAnswer): string {
  const what = title ?? (status === 200 ? text : undefined);
  const password = status === 401 || status === 403 ? 'asks for a password' : `status ${status}`;
  return [what ?? password, server === undefined ? undefined : `(${server})`]
    .filter((part) => part !== undefined)
    .join(' ');
}

function portsAt(kind: ServiceFound['kind'], port: number): NetworkPorts {
  return { http: 80, ota: 3232, ssh: 22, console: 23, [kind]: port };
}

function inOrder(services: readonly ServiceFound[]): ServiceFound[] {
  const rank = { http: 0, ssh: 1, console: 2 };
  return [...services].sort((one, two) => rank[one.kind] - rank[two.kind] || one.port - two.port);
}

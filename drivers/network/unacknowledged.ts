import { readFile } from 'node:fs/promises';
import { isIPv4, type Socket } from 'node:net';

/**
 * Bytes of a TCP connection that the kernel has taken but the other side has not acknowledged, from `/proc/net/tcp` (proc(5)). 0 where the kernel does
 * not say, and for IPv6.
 */
export async function unacknowledgedBytes({
  localPort,
  remotePort,
  remoteAddress,
}: Pick<Socket, 'localPort' | 'remotePort' | 'remoteAddress'>): Promise<number> {
  if (localPort === undefined || remotePort === undefined || !isIPv4(remoteAddress ?? '')) return 0;
  const table = await readFile('/proc/net/tcp', 'latin1').catch(() => '');
  const peer = `${addressHex(remoteAddress ?? '')}:${portHex(remotePort)}`;
  const row = new RegExp(`:${portHex(localPort)} ${peer} [0-9A-F]{2} (?<queued>[0-9A-F]{8}):`);
  return Number.parseInt(row.exec(table)?.groups?.['queued'] ?? '0', 16);
}

/** As the kernel prints it on a little-endian machine. */
function addressHex(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return bytes.reverse().join('').toUpperCase();
}

function portHex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

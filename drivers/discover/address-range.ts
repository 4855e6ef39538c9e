import { isIPv4 } from 'node:net';
import { RigError } from '../../core/errors.js';

/** A larger range takes minutes and looks like an attack to whoever watches the network. */
const widestPrefix = 22;

/** The hosts of an IPv4 range such as `192.168.40.0/24`, without its network and broadcast address. Throws CONFIG_INVALID for others, and beyond /22. */
export function hostsOf(cidr: string): string[] {
  const [address = '', prefixText = '32', ...rest] = cidr.split('/');
  const prefix = Number(prefixText);
  const isRange = isIPv4(address) && /^\d{1,2}$/.test(prefixText) && prefix <= 32 && rest.length === 0;
  if (!isRange) {
    throw new RigError('CONFIG_INVALID', `"${cidr}" is no IPv4 range; write one as 192.168.40.0/24`);
  }
  if (prefix < widestPrefix) {
    const what = `${cidr} has ${2 ** (32 - prefix)} addresses; at most a /${widestPrefix} (${2 ** (32 - widestPrefix)}) is scanned`;
    throw new RigError('CONFIG_INVALID', what);
  }
  const count = 2 ** (32 - prefix);
  const first = Math.floor(numberOf(address) / count) * count;
  const all = Array.from({ length: count }, (_, index) => textOf(first + index));
  return count > 2 ? all.slice(1, -1) : all;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

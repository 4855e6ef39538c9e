import type { ErrorCode } from '../../../core/error-catalogue.js';
import { RigError } from '../../../core/errors.js';
import { firmwareRuns } from '../enter-listening.js';
import { lastLines } from '../../tool.js';

/** What the loader said of its chip. */
export interface Device {
  productId: number;
  /** The tool's name for it: `STM32F10xxx Medium-density`. */
  name: string;
  /** Of the loader's protocol: `2.2`. */
  loaderVersion: string;
}

/** The chip that a run met; undefined when it came to none. */
export function deviceIn(lines: readonly string[]): Device | undefined {
  const find = (pattern: RegExp) => lines.map((line) => pattern.exec(line)).find((match) => match !== null);
  const known = find(/^Device ID +: (?<id>0x[0-9a-f]+) \((?<name>.+)\)/);
  const unknown = find(/^Unknown\/unsupported device \(Device ID: (?<id>0x[0-9a-f]+)\)/);
  const { id, name } = (known ?? unknown)?.groups ?? {};
  if (id === undefined) return undefined;
  const version = find(/^Version +: 0x(?<major>[0-9a-f])(?<minor>[0-9a-f])/)?.groups ?? {};
  return {
    productId: Number(id),
    name: name ?? 'chip that stm32flash does not know',
    loaderVersion: `${version['major'] ?? '?'}.${version['minor'] ?? '?'}`,
  };
}

/** The end of what has been written or read so far, as an address of the CPU. */
export function addressIn(line: string): number | undefined {
  const address = /^(?:Wrote|Read) (?:and verified )?address (0x[0-9a-f]{8}) /.exec(line)?.[1];
  return address === undefined ? undefined : Number(address);
}

/** True when the loader took no read command although it knows it: its chip is protected. */
export function refusesToRead(lines: readonly string[]): boolean {
  return lines.some((line) => line.includes('Got NACK from device on command 0x11'));
}

export interface Failure {
  path: string;
  baudRate: number;
  /** In words that follow "while". */
  doing: string;
  /** The code for what the loader refused. */
  refused: ErrorCode;
  /** What the board said instead of entering its loader. */
  heard: string;
  /** Where in the images that address is, in words that follow `doing`. */
  placeOf: (address: number | undefined) => string;
}

/** Turns what a failed stm32flash printed into an error; its exit code is 1 whatever happened. */
export function toolError(lines: readonly string[], failure: Failure): RigError {
  const { path, baudRate, doing, heard } = failure;
  const text = lines.join('\n');
  if (/Failed to (?:re)?(?:send )?init/.test(text) && /[\x20-\x7e]{4}/.test(heard))
    return firmwareRuns(path, heard);
  const where = `while ${doing}${failure.placeOf(lastAddress(lines))}`;
  for (const [pattern, code, what] of causes) {
    if (!pattern.test(text)) continue;
    const said = lines.findLast((line) => pattern.test(line)) ?? '';
    const message = `${path}, ${baudRate} baud: ${what} ${where} (stm32flash: ${said.trim()})`;
    return new RigError(code ?? failure.refused, message, { details: { output: lastLines(lines, 40) } });
  }
  return new RigError('TOOL_FAILED', `stm32flash on ${path} ${where}:\n${lastLines(lines)}`);
}

/** In order: the first that matches counts. No code stands for "the loader refused". */
const causes: [pattern: RegExp, code: ErrorCode | undefined, what: string][] = [
  [/is already open/, 'PORT_BUSY', 'another process holds the port'],
  [/Invalid baud rate/i, 'CONFIG_INVALID', 'stm32flash does not know this rate; correct flash.baudRate'],
  [/Failed to init device, timeout/, 'DUT_SILENT', 'no loader answers'],
  [/Failed to (?:re)?(?:send )?init/, 'FLASH_PROTOCOL', 'the answer to the first byte is no loader’s'],
  [/Failed to (?:read ACK byte|send command)/, 'FLASH_STALLED', 'the loader stopped answering'],
  [
    /instead of ACK|Unexpected reply|Got NACK from device on command/,
    'FLASH_PROTOCOL',
    'the loader lost its place',
  ],
  [
    /did not returned correct information|bytes sent in the PID/,
    'FLASH_PROTOCOL',
    'the loader lost its place',
  ],
  [/Failed to erase memory|[Ee]rase (?:failed|error)/, 'FLASH_ERASE_FAILED', 'the loader refused'],
  [/Failed to (?:write|read) memory|Failed to read-unprotect/, undefined, 'the loader refused'],
];

function lastAddress(lines: readonly string[]): number | undefined {
  const failed = lines.map(
    (line) => /Failed to (?:write|read) memory at address (0x[0-9a-f]{8})/.exec(line)?.[1],
  );
  const address = failed.findLast((each) => each !== undefined);
  return address === undefined
    ? lines.map(addressIn).findLast((each) => each !== undefined)
    : Number(address);
}

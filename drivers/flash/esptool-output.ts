import type { ErrorCode } from '../../core/error-catalogue.js';
import { RigError } from '../../core/errors.js';
import type { DeviceIdentity } from '../../core/record.js';
import { lastLines } from '../tool.js';
import type { FlashImage } from './flash-driver.js';
import { hex } from './place.js';

/** What `flash-id` printed, of 4.x and 5.x. */
export function parseIdentity(lines: readonly string[], chip: string): DeviceIdentity {
  const find = (pattern: RegExp) =>
    lines.map((line) => pattern.exec(line)?.[1]).find((value) => value !== undefined);
  const description = find(/^Chip (?:is|type:)\s+(.+)$/);
  const mac = find(/^MAC:\s+([0-9a-f:]{17})/i);
  const maker = find(/^Manufacturer: ([0-9a-f]+)$/i);
  const device = find(/^Device: ([0-9a-f]{4})$/i);
  const size = find(/^Detected flash size: (\d+[KM]B)$/);
  if (description === undefined || mac === undefined) {
    throw new RigError('TOOL_FAILED', `esptool named no chip or MAC; its last lines:\n${lastLines(lines)}`);
  }
  if (maker === undefined || device === undefined || size === undefined) {
    throw new RigError(
      'FLASH_READ_FAILED',
      `no flash chip answers; esptool's last lines:\n${lastLines(lines)}`,
    );
  }
  return {
    chip,
    description: description.trim(),
    mac: mac.toLowerCase(),
    flashSizeBytes: parseInt(size, 10) * (size.endsWith('KB') ? 1024 : 1024 * 1024),
    flashId: `${maker.padStart(2, '0')}${device}`.toLowerCase(),
  };
}

/** What a line of `write-flash` says. */
export type WriteLine =
  { image: FlashImage; doneBytes: number; isComplete: boolean; wireBytes?: number } | undefined;

/** `Writing at 0x00014000…` says what has been acknowledged; `Wrote 65536 bytes (210 compressed) at 0x00010000` ends an image. */
export function parseWriteLine(line: string, images: readonly FlashImage[]): WriteLine {
  const wrote = /^Wrote (\d+) bytes (?:\((\d+) compressed\) )?at (0x[0-9a-f]+)/i.exec(line);
  if (wrote) {
    const image = images.find(({ offset }) => offset === Number(wrote[3]));
    if (!image) return undefined;
    return { image, doneBytes: image.sizeBytes, isComplete: true, wireBytes: Number(wrote[2] ?? wrote[1]) };
  }
  const writing = /^Writing at (0x[0-9a-f]+)/i.exec(line);
  const address = Number(writing?.[1]);
  const image = images.findLast(
    ({ offset, sizeBytes }) => offset <= address && address <= offset + sizeBytes,
  );
  return image && { image, doneBytes: address - image.offset, isComplete: false };
}

/** `Reading from 0x00011000 …`, or in 4.x `4096 (6 %)` with backspaces: bytes read so far. */
export function parseReadLine(line: string, offset: number): number | undefined {
  const reading = /^Reading from (0x[0-9a-f]+)/i.exec(line);
  if (reading) return Number(reading[1]) - offset;
  const bytes = /(\d+) \(\d+ %\)\s*$/.exec(line)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}

export interface ToolFailure {
  /** The board that the options name. */
  chip: string;
  path: string;
  /** The code for a command that the loader refused. */
  refused: ErrorCode;
  /** Set for commands on images: where it happened can be told from the output. */
  images?: readonly FlashImage[];
}

/** Turns what a failed esptool printed into an error; its exit code is 2 whatever happened. */
export function toolError(lines: readonly string[], failure: ToolFailure): RigError {
  const text = lines.join('\n');
  const fatal = /A fatal error occurred: (.+)/.exec(text)?.[1] ?? lines.at(-1) ?? 'no output';
  const where = failure.images ? regionOf(lines, failure.images) : '';
  for (const [pattern, code, hint] of causes) {
    if (!pattern.test(text)) continue;
    const what = `${hint ?? fatal}${where} (esptool on ${failure.path}, the board file names ${failure.chip})`;
    return new RigError(code ?? failure.refused, what, { details: { output: lastLines(lines, 40) } });
  }
  return new RigError('TOOL_FAILED', `esptool on ${failure.path}${where}:\n${lastLines(lines)}`);
}

/** In order: the first that matches counts. No code stands for "the command was refused". */
const causes: [pattern: RegExp, code: ErrorCode | undefined, hint?: string][] = [
  [/This chip is .+not .+Wrong (?:--)?chip argument/, 'WRONG_CHIP'],
  [/Wrong boot mode detected/, 'DUT_NOT_IN_LOADER'],
  [/Failed to connect to .*(?:Invalid head of packet|Packet content transfer|Guru)/, 'DUT_NOT_IN_LOADER'],
  [/Errno 13\b/, 'PORT_PERMISSION'],
  [/Errno 2\b/, 'PORT_NOT_FOUND'],
  [/(?:Could not open|could not open port|exclusively lock)/, 'PORT_BUSY'],
  [
    /Errno 5\b|Errno 6\b|Errno 19\b|device reports readiness|device disconnected|port (?:was )?lost/i,
    'PORT_LOST',
  ],
  [/SerialException|read failed|write failed|ClearCommError/, 'PORT_LOST'],
  [/Failed to connect to/, 'DUT_SILENT'],
  [/MD5 of file does not match|[Vv]erif(?:y|ication) failed/i, 'FLASH_VERIFY_MISMATCH'],
  [/[Dd]igest mismatch|[Cc]orrupt data/, 'FLASH_READ_FAILED'],
  [
    /chip stopped responding|No serial data received|No more data to read|Timed out waiting|Serial data stream stopped/,
    'FLASH_STALLED',
  ],
  [/(?:will not|doesn't|does not) fit in/, 'FLASH_TOO_SMALL'],
  [/Failed to (?:start stub|write to target RAM|enter RAM)|Unexpected response/, 'FLASH_PROTOCOL'],
  [/Failed to .+result was|Operation or feature not supported|invalid response/i, undefined],
];

/** The region that esptool was at, from the last address that it printed. */
function regionOf(lines: readonly string[], images: readonly FlashImage[]): string {
  const mismatch = lines.findIndex((line) => /(?:verify FAILED|Verification failed)/i.test(line));
  const before = mismatch === -1 ? lines : lines.slice(0, mismatch);
  const line = before.findLast((each) => /(?:Writing|Wrote|Verifying|at) .*0x[0-9a-f]{8}/i.test(each));
  const address = Number(/.*\b(0x[0-9a-f]{8})/i.exec(line ?? '')?.[1]);
  const image = images.findLast(
    ({ offset, sizeBytes }) => offset <= address && address <= offset + sizeBytes,
  );
  if (!image) return '';
  const percent = Math.floor((100 * (address - image.offset)) / image.sizeBytes);
  return ` in ${image.name} at ${hex(address)} (${percent} %)`;
}

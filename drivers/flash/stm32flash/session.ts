import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode } from '../../../core/error-catalogue.js';
import { RigError } from '../../../core/errors.js';
import type { DeviceIdentity } from '../../../core/record.js';
import { lastLines } from '../../tool.js';
import { enterAndHear } from '../enter-listening.js';
import type { SerialDriverOptions } from '../flash-driver.js';
import { hex } from '../place.js';
import { nameOfProduct, type Stm32Chip } from './chips.js';
import { addressIn, deviceIn, refusesToRead, toolError, type Device } from './output.js';
import { lineArgs, requireStm32flash, runStm32flash } from './tool.js';

/** A tool that prints nothing for so long has a board that hangs; with its end it is known in 5 s. */
const silenceMs = 4500;

/** One run of the tool. */
export interface Command {
  args: readonly string[];
  /** In words that follow "while". */
  doing: string;
  /** The code for what the loader refused. */
  refused: ErrorCode;
  /** Silence that is no stall, on top of what any run may keep. */
  quietMs?: number;
  /** Bytes that cross the wire at most. */
  wireBytes?: number;
  /** Where in the images an address is, in words that follow `doing`. */
  placeOf?: (address: number | undefined) => string;
  /** Called with the end of what has been written or read. */
  onAddress?: (address: number) => void;
}

/** A visit to the loader of the right chip: it was entered once, and every run takes up where the last one left. */
export interface Session {
  readonly identity: DeviceIdentity;
  /** Read-out protection is on: reading, writing and erasing are refused. */
  readonly isProtected: boolean;
  /** Throws what became of a run that failed. */
  run(command: Command): Promise<string[]>;
}

/**
 * Enters the loader and asks who it is; writes nothing. `folder` is for files. Throws TOOL_MISSING before it touches the board, DUT_SILENT,
 * DUT_NOT_IN_LOADER, WRONG_CHIP, PORT_*, and what the rig throws.
 */
export async function openSession(
  options: SerialDriverOptions,
  chip: Stm32Chip,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<Session> {
  await requireStm32flash();
  const heard = await enterAndHear(options, signal);
  const attempt = await toolOn(options, signal);
  const file = join(folder, 'signature.bin');
  const { address, sizeBytes } = chip.signature;
  const command: Command = {
    args: ['-r', file, '-S', `${hex(address)}:${sizeBytes}`],
    doing: 'asking the chip who it is',
    refused: 'FLASH_READ_FAILED',
  };
  let { lines, error } = await attempt({ ...command, heard });
  const device = deviceIn(lines);
  if (device) refuseOthers(device, chip, options);
  // Once more, as a byte that was lost on the wire can look the same.
  if (refusesToRead(lines)) ({ lines, error } = await attempt({ ...command, isResumed: true }));
  const isProtected = refusesToRead(lines);
  if (device === undefined || (error && !isProtected)) throw error ?? unnamed(lines, options);
  return {
    identity: {
      chip: chip.chip,
      description: `${device.name} (product id ${hex(device.productId)}, loader ${device.loaderVersion})`,
      ...(!isProtected && signatureOf(await readFile(file), chip)),
    },
    isProtected,
    async run(next) {
      const result = await attempt({ ...next, isResumed: true });
      if (result.error) throw result.error;
      return result.lines;
    },
  };
}

interface Attempt extends Command {
  heard?: string;
  /** The loader knows the rate already. */
  isResumed?: boolean;
}

/** Runs the tool on the slot's port; says how a run failed, and whether it is the port that has gone. */
async function toolOn(options: SerialDriverOptions, signal: AbortSignal) {
  const { link, baudRate, log } = options;
  const { path } = link;
  const line = await lineArgs(link, baudRate);
  const mark = await markOf(path);
  const ifThere = async (error: RigError): Promise<RigError> =>
    mark === (await markOf(path)) ? error : new RigError('PORT_LOST', `${path} went away (${error.message})`);

  return async (command: Attempt): Promise<{ lines: string[]; error?: RigError }> => {
    const { doing, refused, heard = '', quietMs = 0, wireBytes = 0, placeOf = () => '', onAddress } = command;
    const longestMs = silenceMs + quietMs;
    let reached: number | undefined;
    let stalled: RigError | undefined;
    try {
      const { exitCode, lines } = await runStm32flash({
        args: [...line, ...(command.isResumed ? ['-c'] : []), ...command.args, path],
        signal,
        silenceMs: longestMs,
        timeoutMs: 60_000 + quietMs + (wireBytes * 30_000) / baudRate,
        onSilence(printed) {
          const what = `stm32flash on ${path} printed nothing for ${longestMs} ms while ${doing}${placeOf(reached)}; its last lines:\n${lastLines(printed)}`;
          return (stalled = new RigError('FLASH_STALLED', what));
        },
        onLine(text) {
          log?.(text);
          const address = addressIn(text);
          if (address === undefined) return;
          reached = address;
          onAddress?.(address);
        },
      });
      if (exitCode === 0) return { lines };
      const failure = { path, baudRate, doing, refused, heard, placeOf };
      return { lines, error: await ifThere(toolError(lines, failure)) };
    } catch (error) {
      throw stalled && error === stalled ? await ifThere(stalled) : error;
    }
  };
}

/** Tells a port from the one that gets its name after it. */
async function markOf(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(
    ({ ino, rdev, ctimeNs }) => `${ino} ${rdev} ${ctimeNs}`,
    () => 'gone',
  );
}

function refuseOthers(
  { productId, name }: Device,
  { chip, productId: wanted }: Stm32Chip,
  { link }: SerialDriverOptions,
) {
  if (productId === wanted) return;
  const family = nameOfProduct(productId);
  const what = `the board file names ${chip} (product id ${hex(wanted)}), but on ${link.path} is an ${name}${family ? `, ${family}` : ''} (product id ${hex(productId)})`;
  throw new RigError('WRONG_CHIP', what);
}

function unnamed(lines: readonly string[], { link }: SerialDriverOptions): RigError {
  return new RigError(
    'TOOL_FAILED',
    `stm32flash on ${link.path} named no chip; its last lines:\n${lastLines(lines)}`,
  );
}

function signatureOf(
  bytes: Buffer,
  { signature }: Stm32Chip,
): Pick<DeviceIdentity, 'uid' | 'flashSizeBytes'> {
  const { sizeBytes, uniqueIdAt, flashKibAt } = signature;
  if (bytes.length !== sizeBytes) return {};
  return {
    uid: bytes.toString('hex', uniqueIdAt, uniqueIdAt + 12),
    flashSizeBytes: bytes.readUInt16LE(flashKibAt) * 1024,
  };
}

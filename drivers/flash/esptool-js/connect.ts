import { pause } from '../../../core/deadline.js';
import { RigError } from '../../../core/errors.js';
import type { Link } from '../../link/link.js';
import { openSerialLink } from '../../link/serial-link.js';
import { firmwareRuns } from '../enter-listening.js';
import { enterLoaderBy } from '../enter-loader.js';
import type { SerialDriverOptions } from '../flash-driver.js';
import { readRomSpeech, romTextBaudRate, type RomSpeech } from '../rom-speech.js';
import { familyOf, loadVendorLoader, repaired, type VendorLoader } from './library.js';
import { LinkTransport, LoaderSilence } from './link-transport.js';
import { command, isLoaderError } from './loader-error.js';

/** A board in its loader. */
export interface Session {
  link: Link;
  transport: LinkTransport;
  loader: VendorLoader;
  /** Set once it is known. */
  flashSizeBytes?: number;
}

/** Begins to load the libraries that a session needs. */
export function preloadSession(): void {
  void Promise.allSettled([import('@serialport/bindings-cpp'), import('esptool-js')]);
}

/** Opens the port; the board may be in any state. */
export async function openSession(options: SerialDriverOptions): Promise<Session> {
  const link = await openSerialLink(options.link);
  const transport = new LinkTransport(link);
  try {
    return { link, transport, loader: await loadVendorLoader(transport, options.log ?? (() => undefined)) };
  } catch (error) {
    await link.close();
    throw error;
  }
}

/** A silent board is given up so long after it was first asked for its loader, in ms. */
const connectMs = 1800;
/** A ROM has said where it goes within so many ms of its reset, unless it is muted. */
const textMs = 120;
const lookMs = 10;
/** A loader that is there answers a register read in so many ms. */
const aliveMs = 300;
/** The same in every chip. */
const magicRegister = 0x40001000;
/** What one entry into the loader gets, in ms: the ROM answers the first or second time, but for the strap that bounced. */
const attemptMs = 700;

/**
 * Brings the board into its loader, waits for its answer and makes sure that it is the chip that the board file names. Throws
 * DUT_SILENT, DUT_NOT_IN_LOADER, WRONG_CHIP.
 */
export async function enterLoader(
  { link, transport, loader }: Session,
  options: SerialDriverOptions,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  for (;;) {
    const enteredAt = elapsedMs();
    transport.keepHeard(true);
    const speech = await enterHearing({ link, transport }, options, signal);
    const enterMs = elapsedMs() - enteredAt;
    const runsFirmware = speech?.goes === 'to its firmware';
    if (!runsFirmware && (await answers(transport, loader))) break;
    // Entering again takes as long as it took; what is then left must be enough for an answer.
    if (elapsedMs() + enterMs + attemptMs > connectMs) {
      throw runsFirmware
        ? firmwareRuns(options.link.path, speech.text)
        : silence(options.link.path, transport.heard);
    }
  }
  transport.keepHeard(false);
  await command(
    transport,
    { doing: 'asking which chip it is', timeoutMs: 2000, refused: 'FLASH_PROTOCOL' },
    () => identify(loader, options.chip),
  );
}

/** Enters the loader; where the ROM's text has a rate of its own, it is heard at that first, and what it said is returned. */
async function enterHearing(
  { link, transport }: Pick<Session, 'link' | 'transport'>,
  options: SerialDriverOptions,
  signal: AbortSignal,
): Promise<RomSpeech | undefined> {
  const textBaudRate = romTextBaudRate(options.chip);
  if (textBaudRate === undefined) {
    await enterLoaderBy(link, options, signal);
    return undefined;
  }
  await link.setBaudRate(textBaudRate);
  await enterLoaderBy(link, options, signal);
  const until = performance.now() + textMs;
  let speech = readRomSpeech(textOf(transport.heard));
  while (speech === undefined && performance.now() < until) {
    await pause(lookMs, signal);
    speech = readRomSpeech(textOf(transport.heard));
  }
  await link.setBaudRate(options.link.baudRate);
  return speech;
}

/** Whether the board of an earlier call still is where that call left it. */
export async function stillThere({ transport, loader }: Session): Promise<boolean> {
  transport.flushInput();
  transport.setDeadline(aliveMs);
  return loader.readReg(magicRegister, aliveMs).then(
    () => true,
    () => false,
  );
}

/** Asks for the loader for a while; whether it has answered. */
export async function answers(transport: LinkTransport, loader: VendorLoader): Promise<boolean> {
  const until = performance.now() + attemptMs;
  while (performance.now() < until) {
    transport.flushInput();
    transport.setDeadline(until - performance.now());
    try {
      await loader.sync();
      return true;
    } catch (error) {
      if (!(error instanceof LoaderSilence) && !isLoaderError(error)) throw error;
    }
  }
  return false;
}

function textOf(heard: Buffer | undefined): string {
  return heard?.toString('latin1') ?? '';
}

function silence(path: string, heard: Buffer | undefined): RigError {
  const all = textOf(heard);
  // What came before the last reset tells nothing about now.
  const text = all
    .slice(Math.max(0, all.lastIndexOf('rst:0x'), all.lastIndexOf('rst cause:')))
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
  const quote = `the last that it sent: ${JSON.stringify(text.slice(-160))}`;
  if (readRomSpeech(text)?.goes === 'to its loader') {
    const what = `its loader started but does not hear the host: check the line from the host to the board; ${quote}`;
    return new RigError('DUT_SILENT', `the board on ${path}: ${what}`);
  }
  // A board that is switched on makes a few bytes of noise even when it is dead.
  if (text.length >= 16 || (heard?.length ?? 0) >= 64) {
    return new RigError('DUT_NOT_IN_LOADER', `the board on ${path} runs something else; ${quote}`);
  }
  return new RigError('DUT_SILENT', `the board on ${path} does not answer its loader's first command`);
}

/** A chip without an id of its own is asked for its magic word at once, which saves it a command that it does not know. */
const withoutId = ['esp32', 'esp32s2', 'esp8266'];

async function identify(loader: VendorLoader, expected: string): Promise<void> {
  let chip;
  try {
    chip = withoutId.includes(expected)
      ? await loader.identifyChipByMagic().catch(() => loader.identifyChip())
      : await loader.identifyChip().catch(() => loader.identifyChipByMagic());
  } catch (error) {
    if (!/^Unexpected/.test((error as Error).name)) throw error;
    throw new RigError('WRONG_CHIP', `the board file names ${expected}, but: ${(error as Error).message}`);
  }
  loader.applyDetectedChip(repaired(chip));
  if (familyOf(chip) !== expected) {
    throw new RigError('WRONG_CHIP', `the board file names ${expected}, but the chip is ${familyOf(chip)}`, {
      details: { expected, found: familyOf(chip) },
    });
  }
  if (loader.secureDownloadMode) {
    throw new RigError('FLASH_UNSUPPORTED', `this ${expected} is locked into secure download mode`);
  }
}

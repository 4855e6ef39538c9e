import { RigError } from '../../core/errors.js';
import { readRomSpeech } from '../flash/rom-speech.js';
import { resetIntoFirmware, resetIntoLoader } from '../link/auto-reset.js';
import type { Link } from '../link/link.js';
import { holderName, holderOf } from '../link/port-holder.js';
import { isPseudoTerminal } from '../link/serial-port.js';
import { openSerialLink } from '../link/serial-link.js';
import { askLoader, askLoaderOn, loaderBaudRate } from './ask-loader.js';
import { hear, isSpeech, isText, lastLineOf, type Heard } from './heard-text.js';
import type { LoaderFound, LoaderKind } from './loader-found.js';

/** What answered on a serial port. */
export type PortAnswer =
  | { answers: 'loader'; baudRate: number; found: LoaderFound }
  /** Text was heard; `says` is its last line. */
  | { answers: 'console'; baudRate: number; says: string }
  /** Bytes were heard that are text at none of the rates. */
  | { answers: 'bytes'; byteCount: number }
  | { answers: 'nothing' };

export interface ProbeOptions {
  signal?: AbortSignal;
  /** Rate of the console, if it is known; 115,200 unless told. */
  baudRate?: number;
  /** Whose loader is asked for first: what the port of a slot should have. */
  expected?: LoaderKind | undefined;
  /** Process of the virtual bench whose port it is. */
  benchPid?: number | undefined;
}

/** Rates at which bytes that are no text are listened to again: those of the console that is known, then these. */
export const consoleBaudRates = [115_200, 9600, 57_600, 74_880, 230_400, 460_800, 921_600] as const;

const listenMs = 400;
const listenAgainMs = 250;
const afterResetMs = 700;
const emptyLineMs = 250;
/** The loader of an STM32 must hear its own question first, since it measures the rate of the first byte. */
const usualOrder: readonly LoaderKind[] = ['stm32', 'avr', 'esp'];

/**
 * Opens a port and finds out what is there: text of a console, the loader of an ESP, an STM32 or an AVR; where the adapter's lines drive a reset circuit, also
 * by resetting the board into its loader. It then lets the board start its firmware and leaves both lines released. Takes up to 5 s. Throws PORT_BUSY for a port that
 * somebody holds, PORT_PERMISSION, PORT_NOT_FOUND, PORT_LOST and the signal's reason.
 */
export async function probePort(path: string, options: ProbeOptions = {}): Promise<PortAnswer> {
  const { signal = new AbortController().signal, baudRate = loaderBaudRate, expected, benchPid } = options;
  const holder = await holderOf(path, { except: benchPid });
  if (holder)
    throw new RigError('PORT_BUSY', `${path} is held by ${holderName(holder)}`, { details: { path } });
  const rates = [...new Set([baudRate, ...consoleBaudRates])];
  const before = await onPort(path, baudRate, (link) => hearAtRates(link, rates, signal));
  if (before) return before;
  const order = [...new Set([...(expected ? [expected] : []), ...usualOrder])];
  for (const kind of order) {
    const found = await askLoader(path, kind, signal);
    if (found) return loaderAnswer(found);
  }
  const reset = (await isPseudoTerminal(path)) ? undefined : await askAfterReset(path, rates, signal);
  return reset ?? (await onPort(path, baudRate, (link) => askEmptyLine(link, signal)));
}

/** A console that speaks by itself. What a ROM says that waits for its loader's host is none. */
async function hearAtRates(
  link: Link,
  rates: readonly number[],
  signal: AbortSignal,
): Promise<PortAnswer | undefined> {
  let heard = await hear(link, listenMs, signal);
  if (!isSpeech(heard)) return undefined;
  for (const rate of rates) {
    if (rate !== link.baudRate) {
      await link.setBaudRate(rate);
      heard = await hear(link, listenAgainMs, signal);
    }
    if (isText(heard)) return isLoaderText(heard) ? undefined : consoleAnswer(link, heard);
  }
  return { answers: 'bytes', byteCount: heard.byteCount };
}

/** By DTR and RTS, as on development boards: an ESP into its loader, an Arduino into optiboot, and whatever it is into its firmware. */
async function askAfterReset(
  path: string,
  rates: readonly number[],
  signal: AbortSignal,
): Promise<PortAnswer | undefined> {
  return onPort(path, loaderBaudRate, async (link) => {
    await resetIntoLoader(link, signal);
    try {
      const esp = await askLoaderOn(link, 'esp', signal);
      if (esp) return loaderAnswer(esp);
      // Both at once pull neither pin of an ESP; the edge of DTR resets an Arduino.
      await link.setLines({ dtr: true, rts: true });
      const avr = await askLoaderOn(link, 'avr', signal);
      if (avr) return loaderAnswer(avr);
    } finally {
      await resetIntoFirmware(link);
    }
    const heard = await hear(link, afterResetMs, signal);
    if (!isSpeech(heard)) return undefined;
    return isText(heard) ? consoleAnswer(link, heard) : hearAtRates(link, rates, signal);
  });
}

/** Last of all, as a loader that measures its host's rate would be led astray by it. */
async function askEmptyLine(link: Link, signal: AbortSignal): Promise<PortAnswer> {
  await link.write(Buffer.from('\r\n'), { signal });
  const heard = await hear(link, emptyLineMs, signal);
  if (!isSpeech(heard)) return { answers: 'nothing' };
  return isText(heard) ? consoleAnswer(link, heard) : { answers: 'bytes', byteCount: heard.byteCount };
}

async function onPort<T>(path: string, baudRate: number, work: (link: Link) => Promise<T>): Promise<T> {
  const link = await openSerialLink({ path, baudRate });
  try {
    return await work(link);
  } finally {
    await link.close();
  }
}

function isLoaderText({ bytes }: Heard): boolean {
  return readRomSpeech(bytes.toString('latin1'))?.goes === 'to its loader';
}

function consoleAnswer({ baudRate }: Link, heard: Heard): PortAnswer {
  return { answers: 'console', baudRate, says: lastLineOf(heard) };
}

function loaderAnswer(found: LoaderFound): PortAnswer {
  return { answers: 'loader', baudRate: loaderBaudRate, found };
}

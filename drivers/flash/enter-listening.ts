import { pause } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { openSerialLink } from '../link/serial-link.js';
import { enterBeforeOpening, enterLoaderBy } from './enter-loader.js';
import type { SerialDriverOptions } from './flash-driver.js';
import { readRomSpeech, romTextBaudRate } from './rom-speech.js';

/** A ROM prints its first line within so many ms of its reset, and pauses no longer than `quietMs`; one that is muted prints nothing. */
const firstLineMs = 120;
const quietMs = 40;
const mostListenMs = 400;

/**
 * Enters the loader for a tool that opens the port itself, and listens meanwhile: the tool throws away what the ROM says
 * before it, and then cannot tell a board that runs its firmware from a dead one. Throws DUT_NOT_IN_LOADER and PORT_*.
 */
export async function enterListening(options: SerialDriverOptions, signal: AbortSignal): Promise<void> {
  const baudRate = romTextBaudRate(options.chip) ?? options.link.baudRate;
  const heard = await enterAndHear({ ...options, link: { ...options.link, baudRate } }, signal);
  const speech = readRomSpeech(heard);
  if (speech?.goes === 'to its firmware') throw firmwareRuns(options.link.path, speech.text);
}

/** Enters the loader and returns what the board said meanwhile, the last 2000 characters of it. Throws PORT_* and what the rig throws. */
export async function enterAndHear(given: SerialDriverOptions, signal: AbortSignal): Promise<string> {
  const options = await enterBeforeOpening(given, signal);
  const link = await openSerialLink(options.link);
  try {
    let heard = '';
    let chunks = 0;
    link.onData((chunk) => {
      chunks += 1;
      heard = (heard + chunk.toString('latin1')).slice(-2000);
    });
    await enterLoaderBy(link, options, signal);
    const until = performance.now() + mostListenMs;
    for (let before = -1; before !== chunks && performance.now() < until;) {
      before = chunks;
      await pause(chunks === 0 ? firstLineMs : quietMs, signal);
    }
    link.lost.throwIfAborted();
    return heard;
  } finally {
    await link.close();
  }
}

/** DUT_NOT_IN_LOADER, with what the board said in place of its loader. */
export function firmwareRuns(path: string, heard: string): RigError {
  const text = heard.replace(/[^\x20-\x7e]+/g, ' ').trim();
  const what = `the board on ${path} started its firmware: ${JSON.stringify(text.slice(0, 160))}`;
  return new RigError('DUT_NOT_IN_LOADER', what);
}

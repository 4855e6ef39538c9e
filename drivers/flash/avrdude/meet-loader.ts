import { pause } from '../../../core/deadline.js';
import { RigError } from '../../../core/errors.js';
import type { Link } from '../../link/link.js';
import { enterLoaderBy } from '../enter-loader.js';
import type { SerialDriverOptions } from '../flash-driver.js';

/** GET_SYNC with its end, and the answer. */
export const syncQuestion = Buffer.from([0x30, 0x20]);
const syncAnswer = Buffer.from([0x14, 0x10]);

/**
 * Optiboot leaves a second after its last byte. It is asked now and then while the rig still settles, as a byte that meets the end of the reset
 * may arrive in pieces and confuse it, and often as soon as it must be there.
 */
const whileEnteringMs = 250;
const askMs = 50;
const answerMs = 350;
/** Two resets: the second is for a question that came to grief. */
const tries = 2;
/** For firmware to say something to an empty line. */
const firmwareMs = 120;

/**
 * Enters optiboot and proves that it is there, before any tool is started: the tool would need a minute to give up, and could not tell firmware
 * from silence. Throws DUT_NOT_IN_LOADER with what the firmware said, DUT_SILENT, PORT_LOST and what the rig throws.
 */
export async function meetLoader(
  link: Link,
  options: SerialDriverOptions,
  signal: AbortSignal,
): Promise<void> {
  const heard = listen(link);
  try {
    for (let attempt = 1; attempt <= tries; attempt++) {
      await askMeanwhile(link, whileEnteringMs, () => enterLoaderBy(link, options, signal));
      heard.forgetAnswers();
      if (await askMeanwhile(link, askMs, () => heard.answer(answerMs, signal))) return;
    }
    await link.write(Buffer.from('\r\n'), { signal });
    await pause(firmwareMs, signal);
  } finally {
    heard.stop();
  }
  link.lost.throwIfAborted();
  throw noLoader(options, heard.text());
}

/** Asks for sync again and again until the work is done. */
async function askMeanwhile<T>(link: Link, everyMs: number, work: () => Promise<T>): Promise<T> {
  const ask = () => void link.write(syncQuestion).catch(() => undefined);
  const timer = setInterval(ask, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function listen(link: Link) {
  let text = '';
  let recent = Buffer.alloc(0);
  let wake = () => {};
  const stop = link.onData((chunk) => {
    recent = Buffer.concat([recent, chunk]);
    text = (text + chunk.toString('latin1')).slice(-2000);
    if (recent.includes(syncAnswer)) wake();
  });
  return {
    stop,
    text: () => text,
    forgetAnswers: () => void (recent = Buffer.alloc(0)),
    /** Whether the answer came in time. */
    async answer(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
      const came = new AbortController();
      wake = () => came.abort();
      await pause(timeoutMs, AbortSignal.any([signal, link.lost, came.signal])).catch(() => undefined);
      signal.throwIfAborted();
      link.lost.throwIfAborted();
      return recent.includes(syncAnswer);
    },
  };
}

function noLoader({ link: { path }, baudRate }: SerialDriverOptions, heard: string): RigError {
  const text = heard.replace(/[^\x20-\x7e]+/g, ' ').trim();
  if (/[\x20-\x7e]{4}/.test(text)) {
    const what = `the board on ${path} runs its firmware, which said ${JSON.stringify(text.slice(0, 160))}: its reset did not lead into optiboot`;
    return new RigError('DUT_NOT_IN_LOADER', what);
  }
  const what = `${path}: no optiboot answers at ${baudRate} baud after ${tries} resets; look at supply, reset line and flash.baudRate`;
  return new RigError('DUT_SILENT', what);
}

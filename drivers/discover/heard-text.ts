import { pause } from '../../core/deadline.js';
import type { Link } from '../link/link.js';

const keptBytes = 4096;
const shownCharacters = 120;
/** A board that is switched on, or its neighbour, makes a few bytes of noise on a line that nobody drives. */
const noiseBytes = 16;

/** What was heard on a port. */
export interface Heard {
  /** All bytes, also those not kept. */
  byteCount: number;
  /** The last 4 KiB. */
  bytes: Buffer;
}

/** Listens until it is stopped. */
export function listenTo(link: Link): { heard: () => Heard; forget: () => void; stop: () => void } {
  let byteCount = 0;
  let bytes = Buffer.alloc(0);
  const stop = link.onData((chunk) => {
    byteCount += chunk.length;
    bytes = Buffer.concat([bytes, chunk]).subarray(-keptBytes);
  });
  return {
    heard: () => ({ byteCount, bytes }),
    forget() {
      byteCount = 0;
      bytes = Buffer.alloc(0);
    },
    stop,
  };
}

/** Listens for so long. */
export async function hear(link: Link, forMs: number, signal: AbortSignal): Promise<Heard> {
  const ear = listenTo(link);
  try {
    await pause(forMs, signal);
    link.lost.throwIfAborted();
    return ear.heard();
  } finally {
    ear.stop();
  }
}

/** More than the noise of a line: a word, or bytes enough for one at another rate. */
export function isSpeech({ byteCount, bytes }: Heard): boolean {
  return byteCount >= noiseBytes || /[\x20-\x7e]{4}/.test(bytes.toString('latin1'));
}

/** Whether what was heard is text at this rate: nearly all of it printable. */
export function isText({ bytes }: Heard): boolean {
  if (bytes.length === 0) return false;
  const odd = [...bytes].filter(
    (byte) => (byte < 0x20 && ![0x09, 0x0a, 0x0d, 0x1b].includes(byte)) || byte === 0x7f || byte >= 0xf8,
  );
  return odd.length * 10 <= bytes.length;
}

/** The last line that says something, short enough for a table. */
export function lastLineOf({ bytes }: Heard): string {
  const lines = bytes
    .toString('utf8')
    .replace(/\x1b\[[0-9;]*[A-Za-z]/g, '')
    .split(/[\r\n]+/)
    .map((line) => line.replace(/[^\x20-\x7e\xa0-\ufffc]+/g, ' ').trim())
    .filter((line) => line !== '');
  const line = lines.at(-1) ?? '';
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line;
}

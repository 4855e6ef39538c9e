import { TextDecoder } from 'node:util';
import type { ConsoleCursor } from './console.js';
import { quoted } from './quoted.js';

/** Bytes kept in memory unless told otherwise; a boot log is about 5 KiB. Older bytes are in the log file only. */
const keptBytesDefault = 4 * 1024 * 1024;
/** A line longer than this (garbage at a wrong rate) is kept in pieces of this size, which still match as one text. */
const longestPiece = 64 * 1024;

/** The received bytes as text with byte positions. CR is dropped, what is not UTF-8 is U+FFFD. */
export interface ConsoleText {
  /** Position of the first byte that is still kept. Cursors before it mean it. */
  readonly begin: ConsoleCursor;
  /** Position after the last byte. */
  readonly end: ConsoleCursor;
  /** Position after the last line end: text up to here cannot change any more. */
  readonly completeEnd: ConsoleCursor;
  append(chunk: Uint8Array): void;
  /** The text from the start of the line that holds `from`; with `unfinished`, up to the last byte. */
  view(from: ConsoleCursor, options: { unfinished: boolean }): TextView;
  textFrom(cursor: ConsoleCursor): string;
  /** The last `count` lines that are not blank, fit for a message. */
  lastLines(count: number): string;
}

export interface TextView {
  text: string;
  /** Index into `text` of a position. */
  indexOf(cursor: ConsoleCursor): number;
  /** Position of an index into `text`. */
  cursorAt(index: number): ConsoleCursor;
}

/** A line with its end. `raw` is kept only where bytes and characters do not correspond, line end apart. */
interface Piece {
  start: ConsoleCursor;
  sizeBytes: number;
  text: string;
  raw?: Buffer;
}

export function createConsoleText(options: { keptBytes?: number } = {}): ConsoleText {
  const keptBytes = options.keptBytes ?? keptBytesDefault;
  let pieces: Piece[] = [];
  let head = 0;
  let completeEnd = 0;
  let pending = Buffer.alloc(256);
  let pendingBytes = 0;

  const begin = () => pieces[head]?.start ?? completeEnd;
  const collect = (bytes: Uint8Array) => {
    if (pendingBytes + bytes.length > pending.length) {
      pending = Buffer.concat([pending], Math.max(pending.length * 2, pendingBytes + bytes.length));
    }
    pending.set(bytes, pendingBytes);
    pendingBytes += bytes.length;
  };
  const complete = (sizeBytes: number) => {
    pieces.push(makePiece(completeEnd, pending.subarray(0, sizeBytes)));
    completeEnd += sizeBytes;
    pending.copyWithin(0, sizeBytes, pendingBytes);
    pendingBytes -= sizeBytes;
    while (completeEnd - begin() > keptBytes) head++;
    if (head > 1024 && head > pieces.length / 2) {
      pieces = pieces.slice(head);
      head = 0;
    }
  };
  const from = (cursor: ConsoleCursor, unfinished: boolean): Piece[] => {
    const taken = pieces.slice(firstAt(pieces, head, cursor));
    if (unfinished && pendingBytes > 0) taken.push(makePiece(completeEnd, pending.subarray(0, pendingBytes)));
    return taken;
  };

  return {
    get begin() {
      return begin();
    },
    get end() {
      return completeEnd + pendingBytes;
    },
    get completeEnd() {
      return completeEnd;
    },
    append(chunk) {
      let start = 0;
      while (start < chunk.length) {
        const lineEnd = chunk.indexOf(0x0a, start);
        const wanted = lineEnd === -1 ? chunk.length : lineEnd + 1;
        const next = Math.min(wanted, start + longestPiece - pendingBytes);
        collect(chunk.subarray(start, next));
        start = next;
        if (chunk[next - 1] === 0x0a) complete(pendingBytes);
        else if (pendingBytes >= longestPiece) complete(wholeCharacters(pending.subarray(0, pendingBytes)));
      }
    },
    view: (cursor, { unfinished }) => viewOf(from(cursor, unfinished), completeEnd),
    textFrom(cursor) {
      const view = viewOf(from(cursor, true), completeEnd);
      return view.text.slice(view.indexOf(cursor));
    },
    lastLines(count) {
      const lines: string[] = [];
      const kept = pieces.length - head;
      for (let take = count + 1; lines.length < count; take *= 2) {
        const text = viewOf(from(pieces.at(-Math.min(take, kept))?.start ?? 0, true), completeEnd).text;
        lines.splice(0, lines.length, ...text.split('\n').filter((line) => line.trim() !== ''));
        if (take >= kept) break;
      }
      return lines.slice(-count).map(quoted).join('\n');
    },
  };
}

function viewOf(pieces: readonly Piece[], empty: ConsoleCursor): TextView {
  const indexes: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    indexes.push(length);
    length += piece.text.length;
  }
  const last = pieces.at(-1);
  const end = last === undefined ? empty : last.start + last.sizeBytes;
  return {
    text: pieces.map((piece) => piece.text).join(''),
    indexOf(cursor) {
      if (cursor >= end) return length;
      const at = firstAt(pieces, 0, cursor);
      const piece = pieces[at];
      if (piece === undefined) return length;
      return (indexes[at] ?? 0) + characters(piece, Math.max(0, cursor - piece.start));
    },
    cursorAt(index) {
      let low = 0;
      for (let high = indexes.length; low < high;) {
        const middle = (low + high) >> 1;
        if ((indexes[middle] ?? 0) < index) low = middle + 1;
        else high = middle;
      }
      if ((indexes[low] ?? length) > index || low === indexes.length) low--;
      const piece = pieces[low];
      return piece === undefined ? end : piece.start + bytesOf(piece, index - (indexes[low] ?? 0));
    },
  };
}

/** Index of the piece that holds the cursor, from `head` on. */
function firstAt(pieces: readonly Piece[], head: number, cursor: ConsoleCursor): number {
  let low = head;
  for (let high = pieces.length; low < high;) {
    const middle = (low + high) >> 1;
    const piece = pieces[middle];
    if (piece !== undefined && piece.start + piece.sizeBytes <= cursor) low = middle + 1;
    else high = middle;
  }
  return low;
}

function makePiece(start: ConsoleCursor, bytes: Buffer): Piece {
  const text = decoder.decode(bytes).replaceAll('\r', '');
  const lineEnd = bytes.at(-2) === 0x0d && bytes.at(-1) === 0x0a ? 1 : 0;
  const piece = { start, sizeBytes: bytes.length, text };
  return text.length + lineEnd === bytes.length ? piece : { ...piece, raw: Buffer.from(bytes) };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** How many characters of a piece its first `sizeBytes` bytes make; a character that they cut does not count. */
function characters(piece: Piece, sizeBytes: number): number {
  const { raw, text } = piece;
  if (raw === undefined)
    return sizeBytes < text.length ? sizeBytes : text.length - (piece.sizeBytes - sizeBytes);
  const cut = ((raw[sizeBytes] ?? 0) & 0xc0) === 0x80;
  const made = new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw.subarray(0, sizeBytes), {
    stream: cut,
  });
  return made.replaceAll('\r', '').length;
}

/** How many bytes of a piece make its first `count` characters. */
function bytesOf(piece: Piece, count: number): number {
  if (piece.raw === undefined) return count >= piece.text.length ? piece.sizeBytes : count;
  let low = 0;
  for (let high = piece.sizeBytes; low < high;) {
    const middle = (low + high) >> 1;
    if (characters(piece, middle) < count) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Length of `bytes` without a UTF-8 sequence that is cut at its end. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes.at(-back) ?? 0;
    if (byte >= 0xc0) return bytes.length - back;
    if (byte < 0x80) break;
  }
  return bytes.length;
}

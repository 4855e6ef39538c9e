import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { RigError } from '../../core/errors.js';
import { escapeBytes, heldBack } from './escape-bytes.js';

/** A line that goes on after this much silence is written as a new line marked `+`, so that its time is true. */
const pauseMs = 1000;

/**
 * The console log on disk. One line a line, each with the time of its first byte and a mark that no board can write:
 *
 * - `2026-01-01T00:00:00.000Z | text`  a line of the board
 * - `2026-01-01T00:00:00.000Z + text`  more of the board's line before, after a pause or a note
 * - `2026-01-01T00:00:00.000Z > text`  what the rig sent
 * - `2026-01-01T00:00:00.000Z # text`  a note of the rig
 *
 * Bytes go out as they arrive, in one write a chunk, so a killed process loses at most a CR or a UTF-8 sequence that was not yet whole.
 * See `escapeBytes` for what the text looks like; a CR right before a line end belongs to the line end and is not shown.
 */
export interface ConsoleFile {
  board(chunk: Uint8Array): void;
  /** What the rig sent, without its line end. */
  sent(text: string): void;
  note(text: string): void;
  /** Set when a write failed; nothing is written after that. */
  readonly failure: RigError | undefined;
  /** Writes what was held back and ends the last line; may be called twice. */
  close(): void;
}

/** Opens the file for appending and makes its folder. Throws CONSOLE_LOG_FAILED. */
export function openConsoleFile(path: string, now: () => Date): ConsoleFile {
  let file: number | undefined = guarded(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  });
  let failure: RigError | undefined;
  let held = Buffer.alloc(0);
  /** Something of the board's current line stands in the file. */
  let begun = false;
  /** The file's last line has no end yet. */
  let open = false;
  let lastByteAt = 0;

  const write = (text: string) => {
    const target = file;
    if (text === '' || target === undefined || failure !== undefined) return;
    try {
      guarded(path, () => appendFileSync(target, text));
    } catch (thrown) {
      failure = thrown as RigError;
    }
  };
  const stamp = (mark: string, at: Date) => `${at.toISOString()} ${mark} `;
  const endLine = () => {
    const text = open ? '\n' : '';
    open = false;
    return text;
  };
  const piece = (bytes: Buffer, ends: boolean, at: Date) => {
    let text = '';
    if (bytes.length > 0 || (ends && !begun)) {
      if (!open) text = stamp(begun ? '+' : '|', at);
      text += escapeBytes(bytes);
      begun = open = true;
    }
    if (!ends) return text;
    begun = false;
    return text + endLine();
  };
  const lines = (mark: string, text: string) => {
    const at = now();
    const each = text.replace(/\r?\n$/, '').split(/\r?\n/);
    write(endLine() + each.map((line) => `${stamp(mark, at)}${escapeBytes(Buffer.from(line))}\n`).join(''));
  };

  return {
    get failure() {
      return failure;
    },
    board(chunk) {
      const at = now();
      let text = open && at.getTime() - lastByteAt >= pauseMs ? endLine() : '';
      lastByteAt = at.getTime();
      const bytes = Buffer.concat([held, chunk]);
      let start = 0;
      for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
        const cr = end > start && bytes[end - 1] === 0x0d ? 1 : 0;
        text += piece(bytes.subarray(start, end - cr), true, at);
        start = end + 1;
      }
      const rest = bytes.subarray(start);
      const whole = rest.length - heldBack(rest);
      held = Buffer.from(rest.subarray(whole));
      write(text + piece(rest.subarray(0, whole), false, at));
    },
    sent: (text) => lines('>', text),
    note: (text) => lines('#', text),
    close() {
      if (file === undefined) return;
      write(piece(held, false, now()) + endLine());
      held = Buffer.alloc(0);
      closeSync(file);
      file = undefined;
    },
  };
}

function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RigError('CONSOLE_LOG_FAILED', `cannot write ${path}: ${why}`, { cause });
  }
}

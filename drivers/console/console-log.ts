import { createConsoleText, type ConsoleText } from './console-text.js';
import { openConsoleFile } from './console-file.js';
import type { RigError } from '../../core/errors.js';

export interface ConsoleLogOptions {
  /** The log file; appended to, made with its folder when it is missing. */
  path: string;
  /** Bytes kept in memory, 4 MiB unless told; what is older is in the file only. */
  keptBytes?: number;
  /** The clock of the file's timestamps. */
  now?: () => Date;
}

/** Every byte of one console: in memory for matching, on disk as it arrives. See `ConsoleFile` for the file's format. */
export interface ConsoleLog {
  readonly path: string;
  readonly text: ConsoleText;
  /** Takes bytes of the board; never throws, so that it can stand in an event handler. */
  append(chunk: Uint8Array): void;
  /** Ends an unfinished line in memory: whoever said it will not go on with it. */
  breakLine(): void;
  /** Writes what the rig sends into the file. */
  sent(text: string): void;
  /** Writes a note of the rig into the file: `--- power on`, a line of a tool. */
  note(text: string): void;
  /** Calls the listener after each append; returns a function that stops it. */
  onAppend(listener: () => void): () => void;
  /** CONSOLE_LOG_FAILED when the file could not be written; memory goes on. */
  readonly failure: RigError | undefined;
  /** May be called twice. Bytes after it are ignored. */
  close(): void;
}

const lineEnd = Buffer.from('\n');

/** Throws CONSOLE_LOG_FAILED when the file cannot be opened. */
export function openConsoleLog(options: ConsoleLogOptions): ConsoleLog {
  const file = openConsoleFile(options.path, options.now ?? (() => new Date()));
  const text = createConsoleText(options.keptBytes === undefined ? {} : { keptBytes: options.keptBytes });
  const listeners = new Set<() => void>();
  let closed = false;
  return {
    path: options.path,
    text,
    get failure() {
      return file.failure;
    },
    append(chunk) {
      if (closed || chunk.length === 0) return;
      file.board(chunk);
      text.append(chunk);
      for (const listener of [...listeners]) listener();
    },
    breakLine() {
      if (text.end > text.completeEnd) text.append(lineEnd);
    },
    sent: (line) => file.sent(line),
    note: (line) => file.note(line),
    onAppend(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      closed = true;
      file.close();
    },
  };
}

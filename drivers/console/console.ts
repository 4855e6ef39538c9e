/** A match of `expectText`. */
export interface ConsoleMatch {
  /** The matched text. */
  text: string;
  /** Named groups of the pattern. */
  groups: Record<string, string>;
  /** Position after the match: pass it as `from` to look on from there. */
  end: ConsoleCursor;
}

/** A position in the log, in bytes from its beginning. */
export type ConsoleCursor = number;

export interface ExpectTextOptions {
  timeoutMs: number;
  /** Where to begin; default: the start of the log, so nothing is lost between two waits. */
  from?: ConsoleCursor;
  /** Patterns that end the wait at once with what `toError` makes of the match. */
  unless?: readonly { pattern: RegExp; toError: (match: ConsoleMatch) => Error }[];
  signal?: AbortSignal;
  /** The error when time is up; `lastLines` are the last lines of the log, for the message. */
  onTimeout: (lastLines: string) => Error;
}

/**
 * The console of one DUT. The log keeps every byte; reading never consumes. Lines end with LF; CR is dropped for
 * matching; bytes that are not UTF-8 match as U+FFFD.
 */
export interface Console {
  /** The end of the log now. */
  cursor(): ConsoleCursor;
  /**
   * The end of the log now, where a new line begins: what a board was saying when it lost its power must not stand before the first word of its next
   * start.
   */
  breakLine(): ConsoleCursor;
  /** The text from a cursor on. */
  textFrom(cursor: ConsoleCursor): string;
  /** The last `count` lines, for messages. */
  lastLines(count: number): string;
  /** Sends text and a line end. Throws PORT_LOST, and CONNECTION_LOST over a network. */
  sendLine(text: string): Promise<void>;
  expectText(pattern: RegExp, options: ExpectTextOptions): Promise<ConsoleMatch>;
  /** Resets the board into its firmware by DTR and RTS, where they drive its reset circuit. Throws PORT_LOST, and CONFIG_INVALID over a network. */
  resetBoard(): Promise<void>;
  /** Flushes the log file and closes the port; may be called twice. */
  close(): Promise<void>;
}

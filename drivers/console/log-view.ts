import type { Console } from './console.js';
import type { ConsoleLog } from './console-log.js';

/** A console whose log file also takes notes of the rig. */
export interface NotingConsole extends Console {
  /** Writes a note into the log file, marked so that it cannot be taken for the board's. Never seen by `expectText`. */
  note(text: string): void;
}

/** What every console reads from its log, and notes in it. */
export function viewOf(
  log: ConsoleLog,
): Pick<NotingConsole, 'cursor' | 'breakLine' | 'textFrom' | 'lastLines' | 'note'> {
  return {
    cursor: () => log.text.end,
    breakLine() {
      log.breakLine();
      return log.text.end;
    },
    textFrom: (cursor) => log.text.textFrom(cursor),
    lastLines: (count) => log.text.lastLines(count),
    note: (text) => log.note(text),
  };
}

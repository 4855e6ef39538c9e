import { StringDecoder } from 'node:string_decoder';

/** A line of a log with its number in the file, from 1. */
export interface LogLine {
  text: string;
  number: number;
  /** Set for the last line of a log that has no end yet. */
  torn?: true;
  /** Set for what the rig noted, which the board did not say. */
  note?: true;
}

/** Splits a byte stream into lines; what comes out does not depend on how the bytes were torn. */
export interface LogLines {
  /** The lines that these bytes complete. */
  push(bytes: Uint8Array): LogLine[];
  /** What is left when the log ends here: the line without an end, and one that might have gone on. Changes nothing. */
  rest(): LogLine[];
}

/** A line longer than this (garbage at a wrong rate) is taken in pieces of this size. */
const longestLineBytes = 2 * 1024;

/**
 * Lines end in LF, CR LF, CR CR LF or CR. Lines of the rig's own console log (`console-file.ts`) are brought back to what the board said:
 * without time and mark, unescaped, a line that was torn by a pause in one piece, what the rig sent left out, its notes marked.
 */
export function createLogLines(): LogLines {
  let pending = Buffer.alloc(0);
  let number = 1;
  let afterCr = false;
  let held: LogLine | undefined;

  const take = (text: string, at: number, out: LogLine[]) => {
    const written = consoleFileLine.exec(text);
    if (written === null) {
      if (held !== undefined) out.push(held);
      held = undefined;
      out.push({ text, number: at });
      return;
    }
    const [, mark, content = ''] = written;
    const said = unescape(content);
    if (mark === '+' && held !== undefined) held = { ...held, text: held.text + said };
    else if (mark === '|' || mark === '+') {
      if (held !== undefined) out.push(held);
      held = { text: said, number: at };
    } else if (mark === '#') {
      if (held !== undefined && endsBoot.test(content)) {
        out.push(held);
        held = undefined;
      }
      if (endsBoot.test(content)) out.push({ text: content, number: at, note: true });
    }
  };

  return {
    push(bytes) {
      const out: LogLine[] = [];
      let start = 0;
      const complete = (end: number) => {
        const line = Buffer.concat([pending, bytes.subarray(start, end)]);
        pending = Buffer.alloc(0);
        take(decode(line), number, out);
      };
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at];
        if (byte !== lf && byte !== cr) {
          if (afterCr) number++;
          afterCr = false;
          if (pending.length + at - start < longestLineBytes) continue;
          complete(at);
          start = at;
          continue;
        }
        if (!afterCr) complete(at);
        start = at + 1;
        if (byte === lf) number++;
        afterCr = byte === cr;
      }
      pending = Buffer.concat([pending, bytes.subarray(start)]);
      return out;
    },
    rest() {
      const out: LogLine[] = [];
      const before = held;
      if (pending.length > 0) take(decode(pending), number, out);
      if (held !== undefined) out.push(held);
      held = before;
      return pending.length > 0
        ? out.map((line, index) => (index === out.length - 1 ? { ...line, torn: true } : line))
        : out;
    },
  };
}

const lf = 0x0a;
const cr = 0x0d;

const consoleFileLine = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ([|+>#]) (.*)$/s;

/** Notes after which the board's next start is the rig's doing. */
const endsBoot = /\bpower (?:on|off|cycl)|boot strap|reset by|console (?:open|closed)/i;

function decode(line: Buffer): string {
  return new StringDecoder('utf8').end(line);
}

/** The inverse of `escapeBytes`, as text. */
function unescape(content: string): string {
  return content.replace(/\\(?:\\|x([0-9a-f]{2}))/g, (_, hex?: string) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

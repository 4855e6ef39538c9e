import { stripVTControlCharacters } from 'node:util';

/** What a terminal offers. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** A block of lines at the bottom of a terminal that is drawn over in place; other text goes above it. */
export interface Screen {
  draw(lines: readonly string[]): void;
  /** Writes text above the block; an unfinished line gets its end. */
  print(text: string): void;
  /** Takes the block away. */
  clear(): void;
}

// Terminals that know it show a frame only when it is whole (synchronised output, mode 2026); others ignore it.
const beginFrame = '\x1b[?2026h';
const endFrame = '\x1b[?2026l';

/** Each frame is one write, and lines are overwritten instead of erased first, so nothing flickers. */
export function createScreen(terminal: Terminal): Screen {
  let drawn: readonly string[] = [];

  /** To the start of the block; a line that was drawn before the window became narrower takes several rows now. */
  const toStart = () => {
    // 0 where nobody has said how large the window is, as on a serial console.
    const columns = terminal.columns || 80;
    const height = (line: string) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns));
    const rows = drawn.reduce((sum, line) => sum + height(line), 0);
    return rows > 0 ? `\x1b[${rows}A\r` : '';
  };
  const body = (lines: readonly string[]) => `${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`;
  return {
    draw(lines) {
      terminal.write(`${beginFrame}${toStart()}${body(lines)}${endFrame}`);
      drawn = lines;
    },
    print(text) {
      const whole = text.endsWith('\n') ? text : `${text}\n`;
      terminal.write(`${beginFrame}${toStart()}\x1b[J${whole}${body(drawn)}${endFrame}`);
    },
    clear() {
      terminal.write(`${toStart()}\x1b[J`);
      drawn = [];
    },
  };
}

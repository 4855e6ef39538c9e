import { StringDecoder } from 'node:string_decoder';

/** The lines of one stream of text, as it comes. */
export interface OutputLines {
  push(bytes: Buffer): void;
  /** What stands behind the last line end is a line too. */
  end(): void;
}

/** A line without end is taken as lines of this length. */
const longestLine = 64 * 1024;

/** Calls `onLine` for each line, without its end; bytes that are not UTF-8 become U+FFFD. */
export function createOutputLines(onLine: (line: string) => void): OutputLines {
  const decoder = new StringDecoder('utf8');
  let begun = '';
  const take = (text: string): void => {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) onLine(line.replace(/\r$/, ''));
    while (begun.length > longestLine) {
      onLine(begun.slice(0, longestLine));
      begun = begun.slice(longestLine);
    }
  };
  return {
    push: (bytes) => take(decoder.write(bytes)),
    end() {
      take(decoder.end());
      if (begun !== '') onLine(begun.replace(/\r$/, ''));
      begun = '';
    },
  };
}

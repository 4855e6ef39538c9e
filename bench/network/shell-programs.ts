import { pause } from '../../core/deadline.js';
import type { ShellOutput } from './shell.js';

type Program = (words: readonly string[], to: ShellOutput, until: AbortSignal) => number | Promise<number>;

/** As many lines as are put together before they are sent. */
const linesAtOnce = 1000;

/** Small programs that every Linux has, as far as jobs use them. */
const programs: Record<string, Program> = {
  false: () => 1,
  exit: ([status = '0']) => Number(status) & 0xff,
  async sleep([seconds = '0'], _to, until) {
    await pause(Number(seconds) * 1000, until);
    return 0;
  },
  async seq([count = '1'], to, until) {
    for (let from = 1; from <= Number(count); from += linesAtOnce) {
      const length = Math.min(linesAtOnce, Number(count) - from + 1);
      to.out(Array.from({ length }, (_, index) => from + index).join('\n'));
      // The bench has other devices.
      await pause(0, until);
    }
    return 0;
  },
  cat([path = '-'], to) {
    to.error(`cat: can't open '${path}': No such file or directory`);
    return 1;
  },
};

/** Runs a line of one program with plain words, whose exit status it resolves with; undefined when there is none. Rejects when the signal aborts it. */
export function runProgram(line: string, to: ShellOutput, until: AbortSignal): Promise<number> | undefined {
  const [name = '', ...words] = line.split(/\s+/);
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  return program && Promise.resolve(program(words, to, until));
}

import type { Console, ConsoleMatch, ExpectTextOptions } from './console.js';

export interface Candidate<T> {
  pattern: RegExp;
  /** What a match of it means. */
  is: T;
}

/** Waits for whichever candidate comes first in the log; on one line, the one that is listed first. */
export async function firstOf<T>(
  console: Console,
  candidates: readonly [...Candidate<T>[], Candidate<T>],
  options: Omit<ExpectTextOptions, 'unless'>,
): Promise<{ is: T; match: ConsoleMatch }> {
  const last = candidates[candidates.length - 1] as Candidate<T>;
  const stop = new Error('an earlier candidate matched');
  let first: { is: T; match: ConsoleMatch } | undefined;
  const unless = candidates.slice(0, -1).map(({ pattern, is }) => ({
    pattern,
    toError: (match: ConsoleMatch) => {
      first = { is, match };
      return stop;
    },
  }));
  try {
    return { is: last.is, match: await console.expectText(last.pattern, { ...options, unless }) };
  } catch (thrown) {
    if (thrown === stop && first !== undefined) return first;
    throw thrown;
  }
}

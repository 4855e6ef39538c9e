import type { ConsoleCursor, ConsoleMatch } from './console.js';
import type { ConsoleText, TextView } from './console-text.js';

/** How far back a pattern that can span lines is tried again when new lines come; a longer match is found at the end of the wait. */
const longestMatchBytes = 16 * 1024;

export interface Hit {
  /** Index of the pattern. */
  pattern: number;
  match: ConsoleMatch;
}

/** A search that goes on as text arrives. Each line is looked at once, so its cost grows with the log, not with its square. */
export interface TextSearch {
  /**
   * The match that is complete first in the log: by the line it ends in, then by the order of the patterns. Only whole lines are searched,
   * since a value in an unfinished one may be torn; `unfinished` adds the last line, `all` starts over from the beginning.
   */
  look(options?: { unfinished?: boolean; all?: boolean }): Hit | undefined;
}

export function createTextSearch(
  text: ConsoleText,
  patterns: readonly RegExp[],
  from: ConsoleCursor,
): TextSearch {
  const searched = patterns.map((pattern) => ({ regex: restartable(pattern), spans: spansLines(pattern) }));
  let scanned = from;
  return {
    look({ unfinished = false, all = false } = {}) {
      if (!unfinished && !all && text.completeEnd <= scanned) return undefined;
      const fresh = all ? from : scanned;
      const back = Math.max(from, fresh - longestMatchBytes);
      const spanning = searched.some((pattern) => pattern.spans);
      const view = text.view(spanning ? back : fresh, { unfinished });
      const starts = { fresh: view.indexOf(fresh), back: view.indexOf(back) };
      const hit = earliest(
        view.text,
        searched.map(({ regex, spans }) => ({ regex, start: spans ? starts.back : starts.fresh })),
      );
      if (hit !== undefined) return { pattern: hit.pattern, match: matchOf(hit.found, view) };
      scanned = Math.max(scanned, text.completeEnd);
      return undefined;
    },
  };
}

/** The first match in `text` of any pattern, by the line it ends in, then by the patterns' order. `regex` must be `restartable`. */
export function earliest(
  text: string,
  patterns: readonly { regex: RegExp; start: number }[],
): { pattern: number; found: RegExpExecArray } | undefined {
  let best: { pattern: number; found: RegExpExecArray; lineEnd: number } | undefined;
  for (const [pattern, { regex, start }] of patterns.entries()) {
    regex.lastIndex = start;
    const found = regex.exec(text);
    if (found === null) continue;
    const newline = text.indexOf('\n', Math.max(found.index, found.index + found[0].length - 1));
    const lineEnd = newline === -1 ? text.length : newline;
    if (best === undefined || lineEnd < best.lineEnd) best = { pattern, found, lineEnd };
  }
  return best;
}

/** The same pattern, searching from its `lastIndex`. */
export function restartable(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`);
}

/** Whether a match could hold a line end; true in doubt. */
function spansLines({ source, dotAll }: RegExp): boolean {
  return dotAll || /\[\^|\\[nrtvfsWDPpxuc\d]/.test(source);
}

function matchOf(found: RegExpExecArray, view: TextView): ConsoleMatch {
  const groups = Object.entries(found.groups ?? {}).filter(([, value]) => value !== undefined);
  return {
    text: found[0],
    groups: Object.fromEntries(groups),
    end: view.cursorAt(found.index + found[0].length),
  };
}

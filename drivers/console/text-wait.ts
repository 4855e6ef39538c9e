import { withDeadline } from '../../core/deadline.js';
import type { ConsoleMatch, ExpectTextOptions } from './console.js';
import type { ConsoleLog } from './console-log.js';
import { createTextSearch, type Hit, type TextSearch } from './text-search.js';

/** An unfinished line (a prompt) is searched when nothing has followed for so long. */
const quietMs = 100;
const quotedLines = 10;

/** `Console.expectText` on a log. `lost` ends the wait with its reason, after a last look at what had arrived. */
export async function waitForText(
  log: ConsoleLog,
  lost: AbortSignal,
  pattern: RegExp,
  options: ExpectTextOptions,
): Promise<ConsoleMatch> {
  const unless = options.unless ?? [];
  const patterns = [...unless.map((rule) => rule.pattern), pattern];
  const search = createTextSearch(log.text, patterns, options.from ?? 0);
  const settle = ({ pattern: index, match }: Hit): ConsoleMatch => {
    const rule = unless[index];
    if (rule !== undefined) throw rule.toError(match);
    return match;
  };
  const already = search.look();
  if (already !== undefined) return settle(already);
  const timeUp = new Error('time is up');
  try {
    const deadline = { timeoutMs: options.timeoutMs, signal: options.signal, onTimeout: () => timeUp };
    return settle(await withDeadline((signal) => nextHit(log, lost, search, signal), deadline));
  } catch (thrown) {
    if (thrown !== timeUp) throw thrown;
    const last = search.look({ unfinished: true, all: true });
    if (last !== undefined) return settle(last);
    throw options.onTimeout(log.text.lastLines(quotedLines));
  }
}

/** Looks again whenever bytes arrive, until something is found; stops listening when `signal` aborts. */
function nextHit(log: ConsoleLog, lost: AbortSignal, search: TextSearch, signal: AbortSignal): Promise<Hit> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const found = (hit: Hit | undefined) => {
      if (hit !== undefined) resolve(hit);
    };
    const listenForQuiet = () => {
      clearTimeout(timer);
      if (log.text.end === log.text.completeEnd) return;
      const due = performance.now() + quietMs;
      timer = setTimeout(() => {
        // A late timer means a blocked event loop: bytes may be waiting, so the line is not known to be quiet.
        if (performance.now() - due > quietMs / 2) listenForQuiet();
        else found(search.look({ unfinished: true }));
      }, quietMs);
    };
    const onAppend = () => {
      if (log.failure !== undefined) return reject(log.failure);
      found(search.look());
      listenForQuiet();
    };
    const onLost = () => {
      found(search.look({ unfinished: true, all: true }));
      reject(lost.reason as Error);
    };
    const stop = log.onAppend(onAppend);
    lost.addEventListener('abort', onLost, { once: true });
    signal.addEventListener('abort', () => {
      stop();
      clearTimeout(timer);
      lost.removeEventListener('abort', onLost);
    });
    if (lost.aborted) onLost();
    else if (log.failure !== undefined) reject(log.failure);
    else listenForQuiet();
  });
}

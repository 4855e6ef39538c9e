import type { AttemptRecord } from '../core/record.js';
import type { RunEvent } from '../core/run-event.js';

/** What the main process of a run lets its reporters see. */
export interface RunFeed {
  readonly runId: string;
  /** Absolute path. */
  readonly resultsFolder: string;
  /** Calls back for every event from now on; returns a function that stops it. */
  onEvent(listener: (event: RunEvent) => void): () => void;
  /** The attempts that were journalled until now, in that order. */
  records(): readonly AttemptRecord[];
  /** What a person must know at the end that no record says: outputs that are not off, reports that could not be written. */
  warnings(): readonly string[];
  /** Set in the run of a batch. */
  readonly batch?: BatchFeed;
  /** Absolute paths of the summary and the JSON report, once they are written. */
  files(): { summary: string; report: string } | undefined;
}

/** What the run of a batch lets its reporters see of the batch as a whole, with what runs before have done. */
export interface BatchFeed {
  readonly id: string;
  /** Every slot that its units may come into. */
  readonly places: readonly { station: string; slot: string }[];
  /** Units of the batch, and how many of them have a result. */
  progress(): { units: number; passed: number; notPassed: number; refused: number };
  /** Whether the batch is within its gates, as of now, and what stands against it. */
  verdict(): { isGood: boolean; why: string[] };
}

interface Exchange {
  feed: RunFeed | undefined;
  waiting: Set<(feed: RunFeed) => void>;
}

/**
 * Hung on the global object, since Playwright may load one file twice in a process: once for the set-up that starts the run, once for
 * the reporter that shows it.
 */
const place = Symbol.for('rigwright.run-feed');

function exchange(): Exchange {
  const holder = globalThis as { [place]?: Exchange };
  return (holder[place] ??= { feed: undefined, waiting: new Set() });
}

/** Called when a run starts, by what starts it. The feed stays readable after the run has ended. */
export function publishRunFeed(feed: RunFeed): void {
  const { waiting } = exchange();
  exchange().feed = feed;
  for (const listener of waiting) listener(feed);
  waiting.clear();
}

/** The feed of the run in this process, if one has started. */
export function currentRunFeed(): RunFeed | undefined {
  return exchange().feed;
}

/** Calls back with the feed: now, or when the run starts. */
export function whenRunStarts(listener: (feed: RunFeed) => void): void {
  const { feed, waiting } = exchange();
  if (feed) listener(feed);
  else waiting.add(listener);
}

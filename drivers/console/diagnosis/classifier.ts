import { judgeStart } from './boot-starts.js';
import { tell } from './boot-story.js';
import { proofs, type Proof } from './good-markers.js';
import { createLogLines } from './log-lines.js';
import { beginStory } from './story.js';
import { verdictOf, type Verdict } from './verdict.js';

export type { Verdict } from './verdict.js';

export interface ClassifierOptions {
  /** The weakest proof that makes a log good. `bootloader` unless told: a log that ends in a sound start is good as far as it goes. */
  proof?: Proof;
}

export interface Classifier {
  /** Takes the next bytes, torn anywhere. */
  push(bytes: Uint8Array): void;
  /** What the log so far shows, as if it ended here. May be asked at any time. */
  verdict(): Verdict;
}

/**
 * A classifier of boot logs. The verdict depends on the bytes alone, not on how they were torn; memory does not grow with the log.
 * It never throws.
 */
export function createClassifier({ proof = proofs[0] }: ClassifierOptions = {}): Classifier {
  const lines = createLogLines();
  const story = beginStory();
  return {
    push(bytes) {
      for (const line of lines.push(bytes)) tell(story, line);
    },
    verdict() {
      const whole = { ...story };
      for (const line of lines.rest()) tell(whole, line);
      judgeStart(whole);
      return verdictOf(whole, proof);
    },
  };
}

/** The verdict on a whole log. */
export function classify(log: Uint8Array | string, options: ClassifierOptions = {}): Verdict {
  const classifier = createClassifier(options);
  classifier.push(typeof log === 'string' ? Buffer.from(log) : log);
  return classifier.verdict();
}

import { RigError } from '../core/errors.js';
import { hex } from './hex.js';

/** One thing that is wrong with a file, for the person who has to replace the file. */
export interface Problem {
  /** Byte offset in the file. */
  offset: number;
  /** What is there, and what was expected. */
  what: string;
}

/** Throws IMAGE_INVALID with every problem on its own line when there is any; `file` is named as the user knows it. */
export function throwProblems(file: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map(({ offset, what }) => `  at ${hex(offset)}: ${what}`);
  throw new RigError('IMAGE_INVALID', [`${file} is not a valid image:`, ...lines].join('\n'), {
    details: { file, problems },
  });
}

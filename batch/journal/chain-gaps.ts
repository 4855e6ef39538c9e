import { linesOf } from './journal-lines.js';
import type { JournalEntry } from './journal-entries.js';

/**
 * What a removed line may have been about: the attempts with a record and no start, and those with a start and no record although their run ended in
 * order; `unit 17, attempt …`. Reads what can be read of a journal whose chain is broken.
 */
export async function attemptsWithGaps(path: string): Promise<string[]> {
  const open = new Map<string, string>();
  const gaps: string[] = [];
  for await (const group of linesOf(path)) {
    for (const { bytes } of group) {
      const entry = readable(bytes);
      // The open attempts of a run that died are no gaps.
      if (entry?.type === 'run') open.clear();
      if (entry?.type === 'attempt-start') open.set(entry.data.attemptId, nameOf(entry.data));
      if (entry?.type === 'attempt' && !open.delete(entry.data.attemptId)) gaps.push(nameOf(entry.data));
      if (entry?.type === 'run-end') gaps.push(...open.values());
    }
  }
  return gaps;
}

function nameOf({ unit, attemptId }: { unit?: number; attemptId: string }): string {
  return `${unit === undefined ? '' : `unit ${unit}, `}attempt ${attemptId}`;
}

function readable(bytes: Buffer): JournalEntry | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as JournalEntry;
  } catch {
    return undefined;
  }
}

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Ids of the batches of a results folder, by name, without reading any of them; none when there is no such folder. */
export function batchIdsIn(results: string): string[] {
  try {
    // `latest` is a link to one of the others.
    return readdirSync(results, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(results, entry.name, 'batch.json')))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}

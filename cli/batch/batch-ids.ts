import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Ids of the batches of a results folder, by name, without reading any of them; none when there is no such folder. */
export function batchIdsIn(results: string): string[] {
  try {
    return readdirSync(results)
      .filter((name) => existsSync(join(results, name, 'batch.json')))
      .sort();
  } catch {
    return [];
  }
}

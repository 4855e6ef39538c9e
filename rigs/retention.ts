import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readCheckedFile } from './checked-file.js';
import type { Problem } from './problem.js';
import type { RetentionFile } from './rig-files.js';
import { sizeInBytes } from './size.js';

/** How long results stay, and how much room they may take. What is left out limits nothing. */
export interface Retention {
  /** Folders that were not used for so many days become archives. */
  archiveDays?: number;
  /** Folders and archives that were not used for so many days go. */
  keepDays?: number;
  /** Of folders and archives together; the oldest go when there are more. */
  maxBytes?: number;
}

/** What `retention.yaml` of a rig says; no limits when there is no such file. */
export async function readRetention(rigs: string): Promise<{ retention: Retention; problems: Problem[] }> {
  const path = join(rigs, 'retention.yaml');
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return { retention: {}, problems: [] };
  const file = await readCheckedFile<RetentionFile>('retention', path);
  const { maxBytes, ...days } = file.complete() ?? {};
  const limit = maxBytes === undefined ? undefined : sizeInBytes(maxBytes);
  return { retention: { ...days, ...(limit !== undefined && { maxBytes: limit }) }, problems: file.problems };
}

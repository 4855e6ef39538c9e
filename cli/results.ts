import { keepReason, stillNeeded } from '../batch/archive/keep-reasons.js';
import { listResults, type StoredResults } from '../batch/archive/list-results.js';
import { pruneResults, type PruneReport } from '../batch/archive/prune-results.js';
import { RigError } from '../core/errors.js';
import { throwProblems } from '../rigs/load-rig.js';
import { readRetention, type Retention } from '../rigs/retention.js';
import { formatColumns } from './columns.js';
import type { Places } from './places.js';

/** What `rig results list` says. Plain JSON data. */
export interface StoredList {
  /** Folder of all results. */
  results: string;
  sizeBytes: number;
  /** The oldest first; `needed` says why something must stay. */
  stored: (StoredResults & { needed?: string })[];
}

/** Lists runs, batches and archives, the oldest first. */
export async function listStored(results: string): Promise<StoredList> {
  const [all, needed] = await Promise.all([listResults(results), stillNeeded(results)]);
  const stored: StoredList['stored'] = [];
  for (const each of all) {
    const reason = await keepReason(each, needed);
    stored.push({ ...each, ...(reason !== undefined && { needed: reason }) });
  }
  return { results, sizeBytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), stored };
}

/** The list as a person reads it. */
export function storedTable({ results, sizeBytes, stored }: StoredList): string {
  if (stored.length === 0) return `no runs in ${results}\n`;
  const rows = stored.map(({ name, kind, lastUsedAt, sizeBytes, needed }) => {
    const used = lastUsedAt.toISOString().slice(0, 10);
    return [name, kind, used, roundSize(sizeBytes), needed ?? ''];
  });
  const table = formatColumns(['NAME', 'KIND', 'LAST USED', 'SIZE', 'STAYS, SINCE'], rows);
  return `${table}${stored.length} in all, ${roundSize(sizeBytes)}\n`;
}

/**
 * Prunes by what the flags say in place of the rig's `retention.yaml`. Throws CONFIG_INVALID for a wrong file, and when there is no limit at all,
 * RESULTS_BUSY.
 */
export async function pruneStored(
  { rigs, results }: Pick<Places, 'rigs' | 'results'>,
  flags: Retention,
  dryRun: boolean,
): Promise<PruneReport> {
  const { retention: written, problems } = await readRetention(rigs);
  throwProblems(problems);
  const retention = { ...written, ...flags };
  if (Object.keys(retention).length === 0)
    throw new RigError(
      'CONFIG_INVALID',
      `${rigs} has no retention.yaml, and no flag says how long results stay; give --archive-days, --keep-days or --max-bytes`,
    );
  return pruneResults({ results, retention, dryRun });
}

/** What was done, or would be, as a person reads it. */
export function pruneText({ steps, beforeBytes, afterBytes }: PruneReport, dryRun: boolean): string {
  const widest = Math.max(0, ...steps.map(({ name }) => name.length));
  const lines = steps.map(({ done, name, why }) => `${done.padEnd(8)}  ${name.padEnd(widest)}  ${why}\n`);
  const end = dryRun
    ? `nothing was done; results would have at most ${roundSize(afterBytes)}, they have ${roundSize(beforeBytes)}`
    : `results have ${roundSize(afterBytes)}, they had ${roundSize(beforeBytes)}`;
  return `${lines.join('')}${end}\n`;
}

function roundSize(bytes: number): string {
  if (bytes >= 1024 ** 3) return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
  if (bytes >= 1024 ** 2) return `${Math.round(bytes / 1024 ** 2)} MB`;
  return `${Math.ceil(bytes / 1024)} KB`;
}

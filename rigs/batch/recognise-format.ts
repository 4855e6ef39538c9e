import { nearestName } from '../../core/nearest-name.js';
import { schemaOf, type BatchFileKind } from '../schema-check.js';

/** Every kind of file that a batch is read from, with what a user knows it by. */
export const batchFormats: Record<BatchFileKind, string> = {
  batch: 'a batch file of this rig',
  'batch-config': 'a batch configuration (batch-config.json)',
  'batch-rollout': 'a batch (batch.yaml)',
  'batch-main': 'a main configuration (batch-main.yaml)',
  'batch-settings': 'batch settings (batch-settings.yaml)',
  'batch-factory': 'a factory configuration (factory.yaml)',
};

/** Keys that only one kind has, so that one of them is enough. */
const certain: Partial<Record<string, BatchFileKind>> = {
  batch: 'batch',
  units: 'batch',
  devices: 'batch-config',
  batch_id: 'batch-config',
  targets: 'batch-rollout',
  interfaces: 'batch-main',
  flash_settings: 'batch-main',
  device_types: 'batch-main',
  processing: 'batch-settings',
  batch_processing: 'batch-settings',
  board_configs: 'batch-factory',
};

/**
 * The kind of a file by its keys: the one that knows most of them, where a misspelt key counts half. A file that holds no keys at all is taken for one of ours, whose
 * schema then says what it should hold; undefined for keys of which no kind knows any.
 */
export function recogniseBatchFormat(data: unknown): BatchFileKind | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return 'batch';
  const keys = Object.keys(data);
  if (keys.length === 0) return 'batch';
  const kinds = Object.keys(batchFormats) as BatchFileKind[];
  const scores = kinds.map((kind) => ({ kind, score: scoreOf(keys, kind) }));
  const best = scores.reduce((one, other) => (other.score > one.score ? other : one));
  return best.score > 0 ? best.kind : undefined;
}

function scoreOf(keys: readonly string[], kind: BatchFileKind): number {
  const known = Object.keys(schemaOf(kind)['properties'] as object);
  return keys.reduce((score, key) => {
    if (certain[key] === kind) return score + 4;
    if (known.includes(key)) return score + 1;
    return nearestName(key, known) === undefined ? score : score + 0.5;
  }, 0);
}

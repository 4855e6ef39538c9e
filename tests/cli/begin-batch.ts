import { join } from 'node:path';
import { openJournal, type Journal } from '../../batch/journal/journal.js';
import { makeBatchFolder } from '../../batch/order/batch-folder.js';
import type { BatchHeader } from '../../core/batch-record.js';
import { headerOf, recordOf } from '../batch/units/batch-of.js';
import { runHeader } from '../reports/records.js';
import type { RigFolder } from '../rig-folder.js';

const batchHeader = (id: string): BatchHeader => ({
  id,
  strategy: 'parallel',
  programme: 'provision',
  units: 3,
  inputs: {},
  changed: [],
  notices: ['fallback_protocol: swd has no driver here'],
  pending: 3,
  inHand: [],
});

/** A batch of three units whose first run has begun and is this process. */
export async function beginBatch(rig: RigFolder, id: string): Promise<{ folder: string; journal: Journal }> {
  const { rigs, results, station } = rig;
  const order = { files: [], flags: { id, station: [station], devices: ['3'] } };
  const createdAt = new Date().toISOString();
  const folder = await makeBatchFolder(results, { id, order, rigs, specs: 'specs', createdAt });
  const journal = await openJournal(join(folder, 'journal.jsonl'), { runId: 'run1' });
  await journal.append('run', runHeader({ batch: id }));
  await journal.append('batch', batchHeader(id));
  await journal.append('wave', { wave: 1, state: 'begin' });
  return { folder, journal };
}

/** An attempt at a unit, from its beginning to its record. */
export async function attempt(
  journal: Journal,
  batch: string,
  unit: number,
  outcome: 'pass' | 'fail',
): Promise<void> {
  await journal.append('attempt-start', headerOf(unit, { batch }));
  await journal.append('attempt', recordOf(unit, outcome, { batch }));
}

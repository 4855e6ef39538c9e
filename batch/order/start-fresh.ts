import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RigError } from '../../core/errors.js';
import { syncFolder } from '../../core/files.js';
import { journalWriter } from '../journal.js';
import { journalName } from '../run-data.js';

/**
 * Puts the folder of a batch aside, as it is, so that a new batch can have its id: `archive/<id>-<time>` beside it. Returns where it is now. Throws BATCH_EXISTS while a run
 * writes it.
 */
export async function startFresh(folder: string): Promise<string> {
  const writer = await journalWriter(join(folder, journalName));
  if (writer)
    throw new RigError('BATCH_EXISTS', `${folder} is written by run ${writer.runId} (pid ${writer.pid})`);
  const results = dirname(folder);
  const digits = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const aside = join(results, 'archive', `${basename(folder)}-${digits}`);
  await mkdir(dirname(aside), { recursive: true });
  await rename(folder, aside);
  await syncFolder(results);
  return aside;
}

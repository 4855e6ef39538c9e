import { readdir, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RigError } from '../../core/errors.js';
import { replaceFile, syncFolder } from '../../core/files.js';
import { journalWriter } from '../journal/journal.js';
import { journalName } from '../projections/run-data.js';

/**
 * Puts the folder of a batch aside, as it is, so that a new batch can have its id: `<id>-<time>` beside it, where `rig rollback` still finds its backups. Returns where it is
 * now. Throws JOURNAL_BUSY while a run writes it.
 */
export async function startFresh(folder: string): Promise<string> {
  const writer = await journalWriter(join(folder, journalName));
  if (writer) {
    const what = `${folder} is written by run ${writer.runId} (pid ${writer.pid})`;
    throw new RigError('JOURNAL_BUSY', what, { details: { pid: writer.pid } });
  }
  const results = dirname(folder);
  const digits = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const aside = join(results, `${basename(folder)}-${digits}`);
  await rename(folder, aside);
  await syncFolder(results);
  await moveMarks(results, folder, aside);
  return aside;
}

/** What tells that a board may be half written names the backup from before that, by its path. */
async function moveMarks(results: string, from: string, to: string): Promise<void> {
  const marks = join(results, '.unproved');
  for (const name of await readdir(marks).catch(() => [])) {
    const path = join(marks, name);
    const text = await readFile(path, 'utf8');
    if (text.includes(`"${from}/`)) await replaceFile(path, text.replaceAll(`"${from}/`, `"${to}/`));
  }
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { asRigError } from '../../core/errors.js';
import { hasErrno } from '../../core/files.js';
import { backupIndex, proveBackup } from '../../drivers/flash/backup/backup.js';
import { validateJournal, type Damage, type JournalVerdict } from './chain-proof.js';
import { readJournal } from './journal-reader.js';
import {
  checkpointsName,
  readCheckpoint,
  type Checkpoint,
  type CheckpointedFile,
} from './checkpoint-files.js';

export interface CheckpointVerdict {
  valid: boolean;
  problems: Damage[];
  /** What the file says, for what only the caller can compare: its inputs. Undefined when it cannot be read. */
  checkpoint?: Checkpoint;
}

/**
 * Whether a batch can be relied on up to this checkpoint: the file is whole, the journal's chain holds up to its line and gives that line the same hash, and
 * the files that it relies on are there, unchanged. What has changed in its inputs is the caller's to find. `proved`: what the journal was found to be, so that it
 * is not read once more.
 */
export async function validateCheckpoint(
  resultsFolder: string,
  id: string,
  proved?: JournalVerdict,
): Promise<CheckpointVerdict> {
  const { checkpoint, damaged } = await readCheckpoint(resultsFolder, id);
  if (checkpoint === undefined) {
    const where = join(checkpointsName, `${id}.json`);
    const remedy = 'Use another checkpoint (`rig checkpoint list`); the journal itself may well be whole.';
    return { valid: false, problems: [{ what: damaged ?? '', where, remedy }] };
  }
  const journal = proved ?? (await validateJournal(resultsFolder));
  const ofChain = journal.problems.filter(({ line }) => line <= checkpoint.seq);
  const ofFiles = await Promise.all(checkpoint.files.map((file) => fileDamage(resultsFolder, file)));
  const problems = [...ofChain, ...ofFiles.flat()];
  return { valid: problems.length === 0, problems, checkpoint };
}

const backupRemedy = 'A unit whose backup is not whole cannot be rolled back; put the file back from a copy.';

/**
 * Ids of the checkpoints that a whole journal names, but for those after whose line the process ended: their file was never written. Throws JOURNAL_CORRUPT.
 */
export async function journalledCheckpoints(journal: string): Promise<string[]> {
  const ids: string[] = [];
  let newest: string | undefined;
  for await (const { type, data } of readJournal(journal)) {
    if (newest !== undefined && type !== 'run') ids.push(newest);
    newest = type === 'checkpoint' ? data.id : undefined;
  }
  return ids;
}

async function fileDamage(resultsFolder: string, { path, sha256 }: CheckpointedFile): Promise<Damage[]> {
  try {
    const found = createHash('sha256')
      .update(await readFile(resolve(resultsFolder, path)))
      .digest('hex');
    if (found === sha256) return await regionDamage(resultsFolder, path);
    return [
      { what: `it was changed: SHA-256 ${found}, and it was ${sha256}`, where: path, remedy: backupRemedy },
    ];
  } catch (thrown) {
    const what = hasErrno(thrown, 'ENOENT') ? 'it is not there any more' : String(thrown);
    return [{ what, where: path, remedy: backupRemedy }];
  }
}

/** The index of a backup is whole; the regions that it names need not be. */
async function regionDamage(resultsFolder: string, path: string): Promise<Damage[]> {
  if (basename(path) !== backupIndex) return [];
  try {
    await proveBackup(resolve(resultsFolder, dirname(path)));
    return [];
  } catch (thrown) {
    return [{ what: asRigError(thrown).message, where: dirname(path), remedy: backupRemedy }];
  }
}

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RigError } from '../../core/errors.js';
import { hasErrno, replaceFile } from '../../core/files.js';

/** A point of a batch that a resume can be held against: where its journal stood, and what it relied on. */
export interface Checkpoint {
  /** Names its file: letters, digits, `.`, `_`, `-`. */
  id: string;
  /** ISO 8601, UTC, milliseconds. */
  at: string;
  runId: string;
  /** Number of its line in the journal. */
  seq: number;
  /** SHA-256 of that line, hex. */
  hash: string;
  /** Units that have a result. */
  done: number;
  /** Units of the batch. */
  units: number;
  /** SHA-256 of each input, hex, by `<kind> <name>`. */
  inputs: Record<string, string>;
  /** Files that must be there for a rollback: the manifests of backups. */
  files: CheckpointedFile[];
}

export interface CheckpointedFile {
  /** Relative to the results folder. */
  path: string;
  /** SHA-256 of its content, hex. */
  sha256: string;
}

/** A file in `checkpoints/`, as it can be read. */
export interface ListedCheckpoint {
  id: string;
  /** Undefined when the file is damaged. */
  checkpoint?: Checkpoint;
  /** Why it cannot be used. */
  damaged?: string;
}

/** Folder in the results folder of a batch. */
export const checkpointsName = 'checkpoints';

/** Writes `checkpoints/<id>.json` in one step; returns its path. Throws REPORT_FAILED when it cannot: the batch is none the worse for it. */
export async function writeCheckpoint(resultsFolder: string, checkpoint: Checkpoint): Promise<string> {
  const path = pathOf(resultsFolder, checkpoint.id);
  try {
    await mkdir(join(resultsFolder, checkpointsName), { recursive: true });
    const content = { ...checkpoint, sha256: digestOf(checkpoint) };
    await replaceFile(path, `${JSON.stringify(content, null, 2)}\n`);
  } catch (cause) {
    throw new RigError('REPORT_FAILED', `${path}: ${String(cause)}`, { cause });
  }
  return path;
}

/** Every checkpoint of a batch in the order of the journal, damaged ones last. */
export async function listCheckpoints(resultsFolder: string): Promise<ListedCheckpoint[]> {
  const names = await readdir(join(resultsFolder, checkpointsName)).catch((thrown: unknown) => {
    if (hasErrno(thrown, 'ENOENT')) return [];
    throw thrown;
  });
  const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  const listed = await Promise.all(ids.map((id) => readCheckpoint(resultsFolder, id)));
  const place = ({ checkpoint }: ListedCheckpoint) => checkpoint?.seq ?? Number.MAX_SAFE_INTEGER;
  return listed.sort((one, two) => place(one) - place(two) || one.id.localeCompare(two.id));
}

/** One checkpoint by its id; never throws for what is wrong with its file. */
export async function readCheckpoint(resultsFolder: string, id: string): Promise<ListedCheckpoint> {
  let text: string;
  try {
    text = await readFile(pathOf(resultsFolder, id), 'utf8');
  } catch (thrown) {
    const why = hasErrno(thrown, 'ENOENT')
      ? 'there is no such checkpoint'
      : `it cannot be read: ${String(thrown)}`;
    return { id, damaged: why };
  }
  try {
    const { sha256, ...checkpoint } = JSON.parse(text) as Checkpoint & { sha256: string };
    if (sha256 !== digestOf(checkpoint)) return { id, damaged: 'its content was changed' };
    if (checkpoint.id !== id) return { id, damaged: `it is the file of checkpoint ${checkpoint.id}` };
    return { id, checkpoint };
  } catch {
    return { id, damaged: 'it is not JSON: it was cut short or changed' };
  }
}

/** Throws REPORT_FAILED for an id that would name a file elsewhere. */
function pathOf(resultsFolder: string, id: string): string {
  if (!/^[\w-][\w.-]*$/.test(id))
    throw new RigError('REPORT_FAILED', `'${id}' is no name of a checkpoint: letters, digits, '.', '_', '-'`);
  return join(resultsFolder, checkpointsName, `${id}.json`);
}

/** Over what the checkpoint says, in the order in which it stands in the file. */
function digestOf(checkpoint: Checkpoint): string {
  return createHash('sha256').update(JSON.stringify(checkpoint)).digest('hex');
}

import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Problem } from '../problem.js';
import type { BatchDraft } from './draft.js';
import type { Batch } from './types.js';

/** The log and the copy of the results may stand where the user wants them, but never in the place of something that somebody needs. */
export async function logProblems({ log, list }: BatchDraft, batch: Batch): Promise<Problem[]> {
  if (log === undefined) return [];
  const { file, resultsCsv } = log.value;
  const paths = [file, resultsCsv].flatMap((path) => (path === undefined ? [] : [resolve(path)]));
  const read = new Set(filesOf(batch, list?.value).map((path) => resolve(path)));
  const whys = await Promise.all(paths.map((path) => objection(path, read)));
  const [one, other] = paths;
  if (one !== undefined && one === other)
    whys.push(`has ${one} for the log and for the copy of the results; name two files`);
  return whys.flatMap((why) => (why === undefined ? [] : [log.problem(why)]));
}

async function objection(path: string, read: ReadonlySet<string>): Promise<string | undefined> {
  if (basename(path).startsWith('journal.jsonl'))
    return `would write into ${path}, which is the name of a journal; name another file`;
  if (read.has(path)) return `would write into ${path}, which the batch is read from; name another file`;
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true ? `names ${path}, which is a folder; name a file in it` : undefined;
}

function filesOf({ files, stations }: Batch, list: string | undefined): string[] {
  const slots = stations.flatMap((station) => station.slots);
  return [
    ...files,
    ...(list === undefined ? [] : [list]),
    ...stations.map((station) => station.file),
    ...slots.flatMap(({ board, release }) => [board.file, release.file]),
  ];
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../core/error-catalogue.js';
import { batchIdsIn } from '../batch/batch-ids.js';
import { resultsFolder, rigsFolder } from '../places.js';
import type { Candidates } from './candidates.js';

/** What may stand for an argument or a flag's value, by the name that it has in the help. */
export function namesFor(value: string): Candidates {
  const find = sources[value];
  return { words: find?.().map((word) => ({ word, about: '' })) ?? [], files: withFiles.has(value) };
}

const sources: Record<string, () => string[]> = {
  station: () => yamlIn(rigsFolder()).filter((name) => name !== 'advisories'),
  board: () => yamlIn(join(rigsFolder(), 'boards')),
  release: () => yamlIn(join(rigsFolder(), 'releases')),
  batch: () => batchIdsIn(resultsFolder()),
  id: () => batchIdsIn(resultsFolder()),
  code: () => Object.keys(catalogue),
};

/** `release` may also be the path of an image. */
const withFiles: ReadonlySet<string> = new Set(['file', 'log', 'folder', 'path', 'program', 'release']);

function yamlIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.startsWith('.'));
    return names.map((name) => name.slice(0, -'.yaml'.length)).sort();
  } catch {
    return [];
  }
}

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { RigError } from '../../core/errors.js';
import { hasErrno } from '../../core/files.js';
import type { Gate } from '../../rigs/batch/types.js';

/** What a person answered, in the words of a batch file. */
export interface BatchAnswers {
  id: string;
  description: string;
  stations: string[];
  /** As the station files say, unless told. */
  release?: string;
  /** One a slot, unless told: so many, or the path of a CSV. */
  units?: { count: number } | { list: string };
  strategy: 'parallel' | 'sequential' | 'gradual';
  /** Of `gradual`. */
  waves?: { size: number; successThreshold: number; rollback: boolean };
  gates: Gate[];
}

const schema = fileURLToPath(new URL('../../rigs/schema/batch.schema.json', import.meta.url));

/** The batch file that says so, with the line by which editors complete it; `path` is where it will stand. */
export function batchFileText(answers: BatchAnswers, path: string): string {
  const { id, description, stations, release, units, strategy, waves, gates } = answers;
  const file = {
    batch: id,
    ...(description !== '' && { description }),
    stations,
    ...(release !== undefined && { release }),
    ...(units && { units: 'list' in units ? { list: relative(dirname(path), units.list) } : units }),
    strategy,
    ...(waves && {
      waves: { kind: 'fixed', size: waves.size },
      successThreshold: waves.successThreshold,
      rollbackWave: waves.rollback,
    }),
    ...(gates.length > 0 && { gates }),
  };
  return `# yaml-language-server: $schema=${relative(dirname(path), schema)}\n${stringify(file)}`;
}

/** Never writes over a file. Throws CONFIG_INVALID when it cannot be written. */
export async function writeBatchFile(path: string, answers: BatchAnswers): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, batchFileText(answers, path), { flag: 'wx' });
  } catch (cause) {
    const why = hasErrno(cause, 'EEXIST') ? 'is there already' : `cannot be written: ${String(cause)}`;
    throw new RigError('CONFIG_INVALID', `${path} ${why}; choose another id, or --out FILE`, { cause });
  }
}

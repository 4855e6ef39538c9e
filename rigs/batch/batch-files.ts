import { checkSource, readSource, type CheckedFile } from '../checked-file.js';
import type { Problem } from '../problem.js';
import type { BatchFileKind } from '../schema-check.js';
import type { YamlSource } from '../yaml-source.js';
import type { BatchFile } from './batch-file.js';
import { emptyDraft, type BatchDraft } from './draft.js';
import { readBatchConfig, type BatchConfigFile } from './formats/batch-config.js';
import { readBatchFactory, type BatchFactoryFile } from './formats/batch-factory.js';
import type { BatchMainFile } from './formats/batch-main-file.js';
import { readBatchMain } from './formats/batch-main.js';
import { readBatchRollout, type BatchRolloutFile } from './formats/batch-rollout.js';
import { readBatchSettings, type BatchSettingsFile } from './formats/batch-settings.js';
import { withDeviceTypes } from './formats/device-types.js';
import { readOwnBatch } from './formats/own-batch.js';
import { jsonProblem } from './json-syntax.js';
import { combined } from './merge-drafts.js';
import { batchFormats, recogniseBatchFormat } from './recognise-format.js';

/** The files of one batch, each after its schema. */
type Files = Partial<Record<BatchFileKind, CheckedFile<unknown>>>;

/** Reads the files of a batch, whichever of the known formats they have, into one draft; what is wrong with them is among its problems. */
export async function readBatchFiles(paths: readonly string[]): Promise<BatchDraft> {
  const files: Files = {};
  const problems: Problem[] = [];
  for (const path of paths) {
    const read = await readBatchFile(path);
    if ('what' in read) {
      problems.push(read);
      continue;
    }
    const { kind, file } = read;
    const earlier = files[kind];
    if (earlier !== undefined) {
      const what = `is ${batchFormats[kind]}, and so is ${earlier.file}; name one of the two`;
      problems.push(file.problemAt([], what));
    }
    files[kind] = file;
    problems.push(...file.problems);
  }
  problems.push(...strangers(files));
  if (problems.length > 0) return { ...emptyDraft(), problems };
  return draftOf(files);
}

async function readBatchFile(
  path: string,
): Promise<{ kind: BatchFileKind; file: CheckedFile<unknown> } | Problem> {
  const source = await readSource(path);
  const strict = path.endsWith('.json') ? await jsonProblem(path) : undefined;
  const problems = strict && source.problems.length === 0 ? [strict] : source.problems;
  const whole: YamlSource = { ...source, problems };
  const kind = source.data === undefined ? 'batch' : recogniseBatchFormat(source.data);
  if (kind === undefined) {
    const known = Object.values(batchFormats).join(', ');
    const what = `has none of the keys of a batch; it may be ${known} (docs/batch-files.md)`;
    return { file: path, line: 1, column: 1, path: '', what };
  }
  return { kind, file: await checkSource(kind, path, whole) };
}

/** Files that complete each other: a batch, and what may stand beside it. */
const companions: Partial<Record<BatchFileKind, readonly BatchFileKind[]>> = {
  batch: ['batch-settings'],
  'batch-config': ['batch-settings'],
  'batch-rollout': ['batch-main', 'batch-settings'],
  'batch-factory': ['batch-settings'],
};

function strangers(files: Files): Problem[] {
  const kinds = Object.keys(files) as BatchFileKind[];
  const [whole, other] = kinds.filter((kind) => companions[kind] !== undefined);
  const [first] = kinds;
  if (first === undefined) return [];
  const at = (kind: BatchFileKind, what: string): Problem[] =>
    files[kind] ? [files[kind].problemAt([], what)] : [];
  if (whole === undefined) {
    const needs = first === 'batch-main' ? 'batch.yaml' : 'batch.yaml, batch-config.json or factory.yaml';
    return at(
      first,
      `is ${batchFormats[first]}, which names no units; name the file with the units beside it, such as ${needs}`,
    );
  }
  if (other !== undefined)
    return at(
      other,
      `is ${batchFormats[other]}, and ${batchFormats[whole]} is named too; name one of the two`,
    );
  const stranger = kinds.find((kind) => kind !== whole && companions[whole]?.includes(kind) !== true);
  if (stranger === undefined) return [];
  return at(
    stranger,
    `is ${batchFormats[stranger]}, which does not go with ${batchFormats[whole]}; leave it out`,
  );
}

/** The file with the units counts before the settings, and these before what holds for every batch. */
function draftOf(files: Files): BatchDraft {
  const own = reading<BatchFile>(files.batch, readOwnBatch);
  const config = reading<BatchConfigFile>(files['batch-config'], readBatchConfig);
  const rollout = reading<BatchRolloutFile>(files['batch-rollout'], readBatchRollout);
  const factory = reading<BatchFactoryFile>(files['batch-factory'], readBatchFactory);
  const settings = reading<BatchSettingsFile>(files['batch-settings'], readBatchSettings);
  const mainFile = files['batch-main'] as CheckedFile<BatchMainFile> | undefined;
  const main = reading<BatchMainFile>(mainFile, readBatchMain);
  const written = mainFile?.complete();
  const typed = rollout && mainFile && written ? withDeviceTypes(rollout, mainFile, written) : rollout;
  const drafts = [own, config, typed, factory, settings, main].filter((draft) => draft !== undefined);
  return combined(drafts) ?? emptyDraft();
}

/** Without problems a file is complete. */
function reading<T>(
  file: CheckedFile<unknown> | undefined,
  read: (file: CheckedFile<T>, written: T) => BatchDraft,
): BatchDraft | undefined {
  const typed = file as CheckedFile<T> | undefined;
  const written = typed?.complete();
  return typed && written !== undefined ? read(typed, written) : undefined;
}

import { join } from 'node:path';
import { validateJournal, type Damage, type JournalVerdict } from '../../batch/journal/chain-proof.js';
import { listCheckpoints } from '../../batch/journal/checkpoint-files.js';
import { journalledCheckpoints, validateCheckpoint } from '../../batch/journal/checkpoint-proof.js';
import { journalName } from '../../batch/projections/run-data.js';
import { readBatchFile } from '../../batch/order/batch-folder.js';
import { changedInputs } from '../../rigs/batch/inputs.js';
import { loadBatch } from '../../rigs/batch/load-batch.js';
import type { BatchInput } from '../../rigs/batch/types.js';
import { findFolder } from '../batch/find-batch.js';
import { exitCodes } from '../exit-codes.js';
import { answer } from '../output.js';
import { placesOf } from '../places.js';

interface Flags {
  json: boolean | undefined;
}

/** What `rig checkpoint validate --json` prints. */
export interface BatchProof {
  batch: string;
  folder: string;
  /** False when anything is not as it was left, but for what the next run repairs by itself. */
  valid: boolean;
  journal: JournalVerdict;
  checkpoints: CheckpointProof[];
}

export interface CheckpointProof {
  id: string;
  valid: boolean;
  problems: Damage[];
  /** Inputs that are not what they were then, by `<kind> <name>`. */
  changed: string[];
}

/** Proves a batch: its journal and one checkpoint, or all. Throws BATCH_UNKNOWN; ends with 1 when it is damaged. */
export async function validateById(
  batch: string,
  checkpoint: string | undefined,
  flags: Flags,
): Promise<void> {
  await printProof(await findFolder(batch, placesOf()), checkpoint, flags);
}

/** Proves the batch in a folder, and prints what was found. */
export async function printProof(
  folder: string,
  checkpoint: string | undefined,
  { json }: Flags,
): Promise<void> {
  const proof = await proofOf(folder, checkpoint);
  answer(json, proof, () => proofText(proof));
  if (!proof.valid) process.exitCode = exitCodes.notGood;
}

async function proofOf(folder: string, checkpoint: string | undefined): Promise<BatchProof> {
  const { id } = await readBatchFile(folder);
  const journal = await validateJournal(folder);
  const ids = checkpoint === undefined ? await allIds(folder, journal) : [checkpoint];
  const inputs = await inputsNow(folder);
  const checkpoints: CheckpointProof[] = [];
  for (const each of ids) checkpoints.push(await proveOne({ folder, id: each, inputs, journal }));
  const valid = journal.valid && checkpoints.every((each) => each.valid);
  return { batch: id, folder, valid, journal, checkpoints };
}

/** Those that have a file, and those that only the journal knows any more. */
async function allIds(folder: string, { valid }: JournalVerdict): Promise<string[]> {
  const files = await listCheckpoints(folder);
  const named = valid ? await journalledCheckpoints(join(folder, journalName)) : [];
  return [...new Set([...files.map(({ id }) => id), ...named])];
}

interface ProofOptions {
  folder: string;
  id: string;
  inputs: readonly BatchInput[] | Damage;
  journal: JournalVerdict;
}

async function proveOne({ folder, id, inputs, journal }: ProofOptions): Promise<CheckpointProof> {
  const { problems, checkpoint } = await validateCheckpoint(folder, id, journal);
  if ('what' in inputs) return { id, valid: false, problems: [...problems, inputs], changed: [] };
  const changed = checkpoint ? changedInputs(checkpoint.inputs, inputs) : [];
  return { id, valid: problems.length === 0 && changed.length === 0, problems, changed };
}

/** What the files of the batch say today, or why that cannot be known. */
async function inputsNow(folder: string): Promise<readonly BatchInput[] | Damage> {
  const { order, rigs, specs } = await readBatchFile(folder);
  const { batch, problems } = await loadBatch(order, { rigs, specs, env: process.env });
  if (batch) return batch.inputs;
  const [first] = problems;
  const where = first ? `${first.file}:${first.line}:${first.column}` : folder;
  const what = `the batch cannot be loaded any more: ${first?.what ?? 'nobody knows why'}`;
  return { what, where, remedy: 'Correct the file; `rig run --dry-run` names every problem.' };
}

function proofText({ batch, journal, checkpoints, valid }: BatchProof): string {
  const lines = [
    `journal: ${journal.valid ? 'valid' : 'DAMAGED'}, ${journal.lines} lines`,
    ...journal.problems.flatMap(damageLines),
    ...checkpoints.flatMap((each) => [
      `checkpoint ${each.id}: ${each.valid ? 'valid' : 'NOT VALID'}`,
      ...each.problems.flatMap(damageLines),
      ...each.changed.map((input) => `  changed since: ${input}; --force-continue goes on all the same`),
    ]),
    `${batch}: ${valid ? 'valid' : 'NOT VALID'}`,
  ];
  return `${lines.join('\n')}\n`;
}

function damageLines({ what, where, remedy }: Damage): string[] {
  return [`  ${where}: ${what}`, `    do: ${remedy}`];
}

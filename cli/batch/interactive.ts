import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import confirm from '@inquirer/confirm';
import { RigError } from '../../core/errors.js';
import { readOrder } from '../../batch/order/create-batch.js';
import type { BatchOrder } from '../../rigs/batch/flags.js';
import { planText } from '../../rigs/batch/plan-text.js';
import { namesIn } from '../../rigs/rig-library.js';
import { stationNames } from '../../rigs/load-rig.js';
import { exitCodes } from '../exit-codes.js';
import type { Places } from '../places.js';
import { askBatch, toTerminal } from './questions.js';
import { writeBatchFile } from './write-batch-file.js';

export interface AskOptions {
  /** Where the file goes; `rigs/batches/<id>.yaml` unless told. */
  out: string | undefined;
}

/**
 * Asks a person for a batch, writes its file, checks it and shows the plan. Resolves with the order to make the batch from, or undefined when the person
 * wants the file alone, or pressed Ctrl-C. Throws COMMAND_INVALID without a terminal, CONFIG_INVALID when the file does not fit the rig.
 */
export async function askForOrder(
  { flags }: BatchOrder,
  places: Places,
  { out }: AskOptions,
): Promise<BatchOrder | undefined> {
  if (!process.stdin.isTTY)
    throw new RigError(
      'COMMAND_INVALID',
      '--interactive asks in a terminal, and this is none; use the flags',
    );
  const pathOf = (id: string) =>
    out === undefined ? join(places.rigs, 'batches', `${id}.yaml`) : resolve(out);
  try {
    const answers = await askBatch({
      stations: stationNames(places.rigs),
      releases: await namesIn(join(places.rigs, 'releases'), '.yaml'),
      isTaken: (id) => existsSync(join(places.results, id)) || existsSync(pathOf(id)),
    });
    const path = pathOf(answers.id);
    await writeBatchFile(path, answers);
    const order = { files: [path], flags };
    process.stderr.write(`\nwrote ${relative('.', path)}\n`);
    const batch = await readOrder(order, places);
    process.stderr.write(`\n${planText(batch)}\n`);
    const isWanted = await confirm({ message: 'Make this batch now?', default: true }, toTerminal);
    return isWanted ? order : undefined;
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.name === 'ExitPromptError')) throw thrown;
    process.exitCode = exitCodes.interrupted;
    return undefined;
  }
}

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import checkbox from '@inquirer/checkbox';
import confirm from '@inquirer/confirm';
import input from '@inquirer/input';
import select from '@inquirer/select';
import { askGates } from './gate-questions.js';
import type { BatchAnswers } from './write-batch-file.js';

/** What a person can choose from. */
export interface Choices {
  stations: readonly string[];
  releases: readonly string[];
  /** Whether there is a batch or batch file of that name. */
  isTaken: (id: string) => boolean;
}

/** Questions go beside standard output, which is for the answer. */
export const toTerminal = { output: process.stderr };

/** Asks one question after the other. Throws an `ExitPromptError` on Ctrl-C. */
export async function askBatch(choices: Choices): Promise<BatchAnswers> {
  const id = await input(
    { message: 'Id of the batch', required: true, validate: idCheck(choices) },
    toTerminal,
  );
  const description = await input({ message: 'What it is for, in a line (may be empty)' }, toTerminal);
  const stations = await checkbox(
    {
      message: 'Stations',
      required: true,
      choices: choices.stations.map((name) => ({
        name,
        value: name,
        checked: choices.stations.length === 1,
      })),
    },
    toTerminal,
  );
  const units = await askUnits();
  const release = await askRelease(choices);
  const strategy = await select<BatchAnswers['strategy']>(
    {
      message: 'Strategy',
      choices: [
        { name: 'parallel: as many units at a time as there are slots', value: 'parallel' },
        { name: 'sequential: one after the other', value: 'sequential' },
        { name: 'gradual: in waves, each judged before the next', value: 'gradual' },
      ],
    },
    toTerminal,
  );
  const waves = strategy === 'gradual' ? await askWaves() : undefined;
  const gates = await askGates();
  return {
    id,
    description: description.trim(),
    stations,
    ...(units && { units }),
    ...(release !== undefined && { release }),
    strategy,
    ...(waves && { waves }),
    gates,
  };
}

/** Asks for a number between two others, both included. */
export async function askNumber(
  message: string,
  { from, to, isWhole, usual }: { from: number; to: number; isWhole: boolean; usual: number },
): Promise<number> {
  const isGood = (value: number) => value >= from && value <= to && (!isWhole || Number.isInteger(value));
  const validate = (text: string) =>
    (text.trim() !== '' && isGood(Number(text))) ||
    `a ${isWhole ? 'whole ' : ''}number from ${from} to ${to}`;
  return Number(await input({ message, default: String(usual), validate }, toTerminal));
}

function idCheck({ isTaken }: Choices): (id: string) => true | string {
  return (id) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id))
      return 'letters, digits, ".", "-" and "_", beginning with a letter or digit';
    return isTaken(id) ? 'there is a batch of that name already' : true;
  };
}

async function askUnits(): Promise<BatchAnswers['units']> {
  const how = await select(
    {
      message: 'Units',
      choices: [
        { name: 'what is in the slots, once', value: 'slots' },
        { name: 'a number of boards, swapped in the slots', value: 'count' },
        { name: 'a list: CSV with a row a unit', value: 'list' },
      ],
    },
    toTerminal,
  );
  if (how === 'slots') return undefined;
  if (how === 'count')
    return { count: await askNumber('How many', { from: 1, to: 1_000_000, isWhole: true, usual: 50 }) };
  const isThere = (path: string) => existsSync(path.trim()) || 'there is no such file';
  const list = await input({ message: 'Path of the CSV', required: true, validate: isThere }, toTerminal);
  return { list: resolve(list.trim()) };
}

async function askRelease({ releases }: Choices): Promise<string | undefined> {
  const asWritten = '';
  const release = await select(
    {
      message: 'Release',
      choices: [
        { name: 'as the station files say', value: asWritten },
        ...releases.map((name) => ({ name, value: name })),
      ],
    },
    toTerminal,
  );
  return release === asWritten ? undefined : release;
}

async function askWaves(): Promise<NonNullable<BatchAnswers['waves']>> {
  const size = await askNumber('Units of a wave', { from: 1, to: 1_000_000, isWhole: true, usual: 10 });
  const percent = { from: 0, to: 100, isWhole: false, usual: 90 };
  const successThreshold = await askNumber('Share of a wave that must pass, in %', percent);
  const message = 'Give the units of a wave that missed it back what they held?';
  return { size, successThreshold, rollback: await confirm({ message, default: false }, toTerminal) };
}

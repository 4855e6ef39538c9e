import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { BatchFlags, BatchOrder } from '../../rigs/batch/flags.js';
import { listed, paths, seconds, unitRange, wholeNumber } from '../option-values.js';

/** The flags that say what a batch is, as commander hands them over. */
export interface OrderOptions {
  batchConfig?: string[];
  id?: string;
  station?: string[];
  devices?: string[];
  units?: string;
  range?: { from: number; to: number };
  firmware?: string;
  protocol?: string;
  batchMode?: 'parallel' | 'sequential';
  batchStrategy?: NonNullable<BatchFlags['batchStrategy']>;
  parallelJobs?: number;
  batchSize?: number;
  testMode?: boolean;
  conditionalFlash?: boolean;
  currentVersionField?: string;
  powerCyclePin?: string;
  powerCycleDelay?: number;
  postFlashScript?: string;
  logFile?: string;
}

const strategies = [
  'parallel',
  'sequential',
  'gradual',
  'fixed-size',
  'memory-adaptive',
  'time-based',
] as const;

/** Adds every flag that says what a batch is; `rig run` and `rig batch create` have the same. */
export function addOrderOptions(command: Command): Command {
  return addHow(addWhat(command));
}

function addWhat(command: Command): Command {
  return command
    .option('--batch-config <file...>', 'batch files, of our own or another documented shape', paths)
    .option('--id <id>', "name of the batch and of its results folder, in place of the file's")
    .option('--station <station...>', 'stations whose slots are used', listed)
    .option('--devices <what...>', 'how many units, or their ports, hosts or mount points', listed)
    .option('--units <file>', 'CSV with a row a unit: serial numbers, MACs, values')
    .option('--range <from-to>', 'only these units, counted from 1: 5-12', unitRange)
    .option('--firmware <release>', 'name of a release of the rig, or path of an image')
    .option('--protocol <name>', 'how units are flashed, in place of what their board file says')
    .option('--test-mode', 'identify the units only; nothing is written')
    .option('--conditional-flash', 'leave units alone that hold the version already')
    .option(
      '--current-version-field <where>',
      'where a unit says its version: console, or <offset>:<bytes> of flash',
    );
}

function addHow(command: Command): Command {
  return command
    .addOption(
      new Option('--batch-mode [mode]', 'many units at a time, or one')
        .choices(['parallel', 'sequential'])
        .preset('parallel'),
    )
    .addOption(new Option('--batch-strategy <name>', 'strategy, or sizing of the waves').choices(strategies))
    .option('--parallel-jobs <n>', 'most units under way at the same time', wholeNumber(1))
    .option('--batch-size <n>', 'units of a wave; 0: all at once', wholeNumber(0))
    .option(
      '--power-cycle-pin <line>',
      'power line of the slot: <chip>/<line>, or its number on the only chip',
    )
    .option('--power-cycle-delay <time>', 'how long power stays off: 2, 0.5, 500ms', seconds)
    .option('--post-flash-script <program>', 'run after each flash; its exit code and output are a check')
    .option('--log-file <file>', 'path of the log (default: batch.log in the results of the batch)');
}

/** The flags as the batch keeps them; what was not written stays out, and paths no longer depend on the current folder. */
export function orderOf(options: OrderOptions): BatchOrder {
  const { batchConfig = [], powerCycleDelay, ...rest } = options;
  const flags: BatchFlags = {
    ...pick(rest, [
      'id',
      'station',
      'devices',
      'range',
      'protocol',
      'testMode',
      'conditionalFlash',
      'currentVersionField',
      'batchMode',
      'batchStrategy',
      'parallelJobs',
      'batchSize',
      'powerCyclePin',
    ]),
    ...(rest.units !== undefined && { units: resolve(rest.units) }),
    ...(rest.firmware !== undefined && { firmware: pathOrName(rest.firmware) }),
    ...(rest.postFlashScript !== undefined && { postFlashScript: pathOrName(rest.postFlashScript) }),
    ...(rest.logFile !== undefined && { logFile: resolve(rest.logFile) }),
    ...(powerCycleDelay !== undefined && { powerCycleDelaySeconds: powerCycleDelay }),
  };
  return { files: batchConfig.map((file) => resolve(file)), flags };
}

/** Whether the order is about nothing but stations as they are: a plain run, and no batch. */
export function isPlain({ files, flags }: BatchOrder): boolean {
  return files.length === 0 && Object.keys(flags).every((name) => name === 'station');
}

function pathOrName(text: string): string {
  return text.includes('/') || existsSync(text) ? resolve(text) : text;
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])),
  ) as unknown as Pick<T, K>;
}

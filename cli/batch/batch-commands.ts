import type { Command } from 'commander';
import { addCommand, addGroup } from '../new-command.js';
import { addOrderOptions, type OrderOptions } from '../run/order-options.js';
import { addResumeFlags, resumeOf, type ResumeFlags } from '../run/resume-flags.js';
import { addBatchReport, addBatchStatus } from './batch-look-commands.js';

const statusFields = '{id, folder, state, units, passed, failed, pending, waves, gates, verdict, …}';
const ended = `${statusFields.slice(0, -2)}exitCode, …}`;

/** `rig batch …`: batches from their making to their report. */
export function addBatchCommands(program: Command): void {
  const batch = addGroup(program, 'batch', 'make, start, watch, control and report batches');
  addCreate(batch);
  addStart(batch);
  addBatchStatus(batch, statusFields);
  addControl(batch);
  addRetry(batch);
  addBatchReport(batch);
}

/** The flags of `rig batch create`. */
export interface CreateFlags extends OrderOptions {
  interactive?: boolean;
  out?: string;
  json?: boolean;
}

function addCreate(batch: Command): void {
  const command = addCommand(batch, 'create', {
    about: 'check the files of a batch and make it; nothing is energised',
    json: '{id, folder, units, files}',
    examples: [
      ['batch create --batch-config rigs/batches/station1-50.yaml', 'a batch of a file'],
      ['batch create --id pilot --station station1 --devices 50', 'a batch of flags alone'],
      ['batch create --interactive', 'asks, and writes the batch file'],
    ],
  });
  addOrderOptions(command)
    .option('--interactive', 'ask for station, units, release, strategy and gates, and write a batch file')
    .option('--out <file>', 'where --interactive writes the file (default: rigs/batches/<id>.yaml)')
    .action(async (flags: CreateFlags) => {
      const { create } = await import('./create.js');
      await create(flags);
    });
}

const someBatch = 'id of a batch; the newest unless told';

function addStart(batch: Command): void {
  addCommand(batch, 'start', {
    about: 'start a batch that was made',
    json: ended,
    examples: [
      ['batch start station1-50', 'runs it in this terminal; Ctrl-C stops it, and it can be resumed'],
    ],
  })
    .argument('<batch>', 'id of a batch')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const { startById } = await import('./control.js');
      await startById(id, { mode: 'new' }, { json });
    });
}

function addRetry(batch: Command): void {
  const retry = addCommand(batch, 'retry', {
    about: 'take the units of a batch that did not pass once more',
    json: ended,
    examples: [['batch retry station1-50', 'what failed or met an error of the rig, and what has no result']],
  }).argument('<batch>', 'id of a batch');
  addResumeFlags(retry).action(async (id: string, flags: ResumeFlags & { json?: boolean }) => {
    const { startById } = await import('./control.js');
    await startById(id, { ...resumeOf(flags), mode: 'retry' }, { json: flags.json });
  });
}

function addControl(batch: Command): void {
  addWhy(
    addCommand(batch, 'pause', {
      about: 'begin no further unit; those in hand finish',
      json: statusFields,
      examples: [['batch pause station1-50 --why "lunch"', 'until `rig batch resume station1-50`']],
    }),
  ).action(async (id: string | undefined, flags: ControlFlags) => {
    const { control } = await import('./control.js');
    await control(id, 'pause', flags);
  });
  addWhy(
    addCommand(batch, 'cancel', {
      about: 'end a batch now; units in hand are made safe',
      json: statusFields,
      examples: [['batch cancel station1-50 --why "wrong release"', 'its records and reports stay']],
    }),
  ).action(async (id: string | undefined, flags: ControlFlags) => {
    const { control } = await import('./control.js');
    await control(id, 'cancel', flags);
  });
  const resume = addCommand(batch, 'resume', {
    about: 'go on with a batch that is paused, was stopped or died',
    json: ended,
    notes:
      'One that waits goes on where it runs; one whose process has ended is started again in this terminal, as `rig run --resume-auto` does.',
    examples: [
      ['batch resume station1-50', 'each unit that is not done, once'],
      ['batch resume station1-50 --resume-from-unit 120', 'units before 120 are left as they are'],
      ['batch resume station1-50 --force-continue', 'although a release or limit has changed'],
    ],
  });
  addResumeFlags(addWhy(resume)).action(async (id: string | undefined, flags: ControlFlags & ResumeFlags) => {
    const { resumeById } = await import('./control.js');
    await resumeById(id, flags);
  });
}

/** The flags of commands that speak to a batch. */
export interface ControlFlags {
  why?: string;
  json?: boolean;
}

function addWhy(command: Command): Command {
  return command
    .argument('[batch]', someBatch)
    .option('--why <reason>', 'stands in the journal and in the report');
}

import { Option, type Command } from 'commander';
import { addCommand } from '../new-command.js';
import { addOrderOptions, type OrderOptions } from './order-options.js';
import { addResumeFlags, type ResumeFlags } from './resume-flags.js';

/** The flags of `rig run`. */
export interface RunFlags extends OrderOptions, ResumeFlags {
  startFresh?: boolean;
  listCheckpoints?: boolean;
  validateCheckpoint?: string;
  dryRun?: boolean;
  json?: boolean;
}

const notes = `
With batch files or units this makes a batch of them and starts it; \`rig batch\` shows and controls it.
With stations alone it is \`npx playwright test --project=<station>\`: what is in the slots, once.
A flag stands above what a batch file says.
`;

/** What starts a batch, or goes on with it: next to a look at checkpoints it would be ignored. */
const starting = ['resumeAuto', 'resumeFromUnit', 'resumeFromBatch', 'forceContinue', 'startFresh', 'dryRun'];

/** `rig run`: the units of a batch, or a station as it is. */
export function addRunCommand(program: Command): void {
  const command = addCommand(program, 'run', {
    about: 'bring units to a release: a batch, or what is in the slots of a station',
    json: '{id, folder, state, …} of a batch as `rig batch status` has it, or {runId, folder, stations, units} of a plain run, and exitCode',
    notes,
    examples: [
      ['run --station station1', 'what is in the slots of station1'],
      ['run --batch-config rigs/batches/station1-50.yaml --dry-run', 'check all files and print the plan'],
      ['run --batch-config rigs/batches/station1-50.yaml', 'make the batch and start it'],
      ['run --station station1 --devices 50 --firmware demo-1.2.0', '50 boards, swapped in its slots'],
      ['run --id station1-50 --resume-auto', 'go on with a batch that was stopped or died'],
      ['run --id station1-50 --list-checkpoints', 'the checkpoints of a batch'],
    ],
  });
  addResumeFlags(addOrderOptions(command))
    .addOption(
      new Option(
        '--resume-auto',
        'go on with the batch where it was left; begin it when it is new',
      ).conflicts(['startFresh']),
    )
    .addOption(
      new Option('--start-fresh', 'archive what the batch has done, and begin it anew').conflicts([
        'resumeFromUnit',
        'resumeFromBatch',
      ]),
    )
    .addOption(
      new Option('--list-checkpoints', 'print the checkpoints of the batch; nothing is started').conflicts([
        'validateCheckpoint',
        ...starting,
      ]),
    )
    .addOption(
      new Option(
        '--validate-checkpoint <id>',
        'prove a checkpoint of the batch; nothing is started',
      ).conflicts(starting),
    )
    .option('--dry-run', 'check every file and print the plan; nothing is energised')
    .action(async (flags: RunFlags) => {
      const { run } = await import('./run.js');
      await run(flags);
    });
}

/** `rig detect`: who is in the slots. */
export function addDetectCommand(program: Command): void {
  addCommand(program, 'detect', {
    about: 'say which board is in which slot; writes nothing',
    json: '{runId, folder, stations, units, exitCode}',
    examples: [
      ['detect', 'every station of the rig'],
      ['detect station1', 'the slots of station1'],
    ],
  })
    .argument('[station...]', 'names of station files in rigs/; every station unless told')
    .action(async (stations: string[], options: { json?: boolean }) => {
      const { plainRun } = await import('./plain-run.js');
      await plainRun(stations, ['detect'], options);
    });
}

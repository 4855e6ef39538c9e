import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addBatchCommands } from './batch/batch-commands.js';
import { addBenchCommand } from './bench-command.js';
import { addCheckpointCommands } from './checkpoint/checkpoint-commands.js';
import { addCompletionCommands } from './completion/completion-command.js';
import { addDiagnoseCommand } from './diagnose-command.js';
import { addDiscoverCommand } from './discover-command.js';
import { addDoctorCommand } from './doctor-command.js';
import { addExplainCommand } from './explain-command.js';
import { addFirmwareCommands } from './firmware-command.js';
import { addHelpCommand } from './help-command.js';
import { addMapCommand } from './map-command.js';
import { addReportCommands } from './report-commands.js';
import { addResultsCommands } from './results-command.js';
import { addRollbackCommand } from './rollback-command.js';
import { addDetectCommand, addRunCommand } from './run/run-command.js';
import { addStatsCommand } from './stats-command.js';

/** The whole tree of commands. What a command does is loaded when it is run, so that help and completion answer at once. */
export function buildProgram(): Command {
  const program = new Command('rig')
    .description(
      'Test-rig automation for factory provisioning: units, batches, their records, and the rig itself.',
    )
    .version(version())
    .enablePositionalOptions()
    .exitOverride()
    // main.ts prints errors in one shape, with their code.
    .configureOutput({ outputError: () => undefined })
    .helpCommand(false)
    .addHelpText('after', '\nExit codes: rig help exit-codes. Every command: docs/rig-command.md.');
  group(program, 'Units:', [addRunCommand, addDetectCommand, addRollbackCommand]);
  group(program, 'Batches:', [addBatchCommands, addCheckpointCommands]);
  group(program, 'Records:', [
    addReportCommands,
    addStatsCommand,
    addResultsCommands,
    addDiagnoseCommand,
    addExplainCommand,
  ]);
  group(program, 'Firmware:', [addFirmwareCommands]);
  group(program, 'Rig:', [addDoctorCommand, addDiscoverCommand, addMapCommand, addBenchCommand]);
  group(program, 'This command:', [addHelpCommand, addCompletionCommands]);
  return program;
}

function group(program: Command, title: string, adders: readonly ((program: Command) => void)[]): void {
  program.commandsGroup(title);
  for (const add of adders) add(program);
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

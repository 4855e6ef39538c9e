import { Option, type Command } from 'commander';
import { proofs, type Proof } from '../drivers/console/diagnosis/good-markers.js';
import { addCommand } from './new-command.js';

/** The flags of `rig diagnose`. */
export interface DiagnoseFlags {
  json?: boolean;
  proof?: Proof;
}

/** `rig diagnose LOG…`: what boot logs show. Exit code 0 when all are good, 1 when one is not, 2 when one cannot be read. */
export function addDiagnoseCommand(program: Command): void {
  addCommand(program, 'diagnose', {
    about: 'say what boot logs show, which line says so and what to do about it',
    json: 'one object a log, each on its own line: {file, label, code, line, lineNumber, means, remedy, …}, or {file, error}',
    notes: 'Ends with 1 when a log is not good, with 2 when one cannot be read.',
    examples: [
      ['diagnose results/latest/console/slot1-1.log', 'a log of our own'],
      ['diagnose --json *.log', 'for scripts'],
      ['diagnose - < monitor.txt', 'standard input'],
    ],
  })
    .argument('<log...>', 'boot logs as a console or monitor recorded them, or - for standard input')
    .addOption(new Option('--proof <level>', 'the weakest proof that makes a log good').choices(proofs))
    .action(async (files: string[], flags: DiagnoseFlags) => {
      const { diagnoseFiles } = await import('./diagnose.js');
      await diagnoseFiles(files, flags);
    });
}

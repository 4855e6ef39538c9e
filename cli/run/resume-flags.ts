import { Option, type Command } from 'commander';
import type { ResumeOptions } from '../../batch/units/pending.js';
import { wholeNumber } from '../option-values.js';

/** The flags that say how a batch is gone on with, as commander hands them over. */
export interface ResumeFlags {
  resumeAuto?: boolean;
  resumeFromUnit?: number;
  resumeFromBatch?: number;
  forceContinue?: boolean;
}

/** Adds `--resume-from-unit`, `--resume-from-batch` and `--force-continue`. */
export function addResumeFlags(command: Command): Command {
  const from = 'go on with the units that are not done, from this';
  return command
    .addOption(
      new Option('--resume-from-unit <n>', `${from} unit on`)
        .argParser(wholeNumber(1))
        .conflicts('resumeFromBatch'),
    )
    .addOption(new Option('--resume-from-batch <n>', `${from} wave on`).argParser(wholeNumber(1)))
    .option('--force-continue', 'go on although inputs have changed since; the report says so');
}

/** How the flags say to go on; undefined when they do not. */
export function resumeOf(flags: ResumeFlags): ResumeOptions | undefined {
  const { resumeAuto, resumeFromUnit, resumeFromBatch, forceContinue } = flags;
  const isAsked =
    resumeAuto || forceContinue || resumeFromUnit !== undefined || resumeFromBatch !== undefined;
  if (!isAsked) return undefined;
  return {
    mode: 'auto',
    ...(resumeFromUnit !== undefined && { fromUnit: resumeFromUnit }),
    ...(resumeFromBatch !== undefined && { fromWave: resumeFromBatch }),
    ...(forceContinue && { force: true }),
  };
}

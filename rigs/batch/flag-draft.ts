import { resolve } from 'node:path';
import { defined } from './defined.js';
import { emptyDraft, type BatchDraft } from './draft.js';
import type { BatchFlags } from './flags.js';
import { saidByFlag } from './said.js';

/** What the command line says, as a file would say it. */
export function readFlags(flags: BatchFlags): BatchDraft {
  const { station, devices, batchMode, batchStrategy } = flags;
  const draft = emptyDraft();
  const count = devices?.length === 1 && /^\d+$/.test(devices[0] ?? '') ? Number(devices[0]) : undefined;
  if (count === 0) draft.problems.push(...problems('--devices', 'is 0; a batch has at least one unit'));
  const order = batchStrategy === 'sequential' || batchStrategy === 'gradual' ? batchStrategy : undefined;
  return {
    ...draft,
    ...defined({
      id: saidByFlag('--id', flags.id),
      stations: station?.flatMap((name) => saidByFlag('--station', name) ?? []),
      count: saidByFlag('--devices', count),
      list: saidByFlag('--units', flags.units && resolve(flags.units)),
      firmware: saidByFlag(
        '--firmware',
        flags.firmware === undefined ? undefined : { release: flags.firmware },
      ),
      strategy: saidByFlag('--batch-strategy', order) ?? saidByFlag('--batch-mode', batchMode),
      atOnce: saidByFlag('--parallel-jobs', flags.parallelJobs),
      waves: saidByFlag(
        '--batch-size',
        flags.batchSize === undefined
          ? undefined
          : { kind: 'fixed' as const, size: flags.batchSize, factor: 1 },
      ),
      testMode: saidByFlag('--test-mode', flags.testMode),
      range: saidByFlag('--range', flags.range),
      log: saidByFlag(
        '--log-file',
        flags.logFile === undefined ? undefined : { file: resolve(flags.logFile) },
      ),
    }),
  };
}

function problems(flag: string, what: string) {
  const said = saidByFlag(flag, true);
  return said === undefined ? [] : [said.problem(what)];
}

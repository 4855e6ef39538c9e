import { InvalidArgumentError, type Command } from 'commander';
import { exitCodes } from './exit-codes.js';
import { addCommand, addGroup } from './new-command.js';
import { answer } from './output.js';
import { placesOf } from './places.js';

/** `rig results`: what lies in the results folder, and what of it may go. */
export function addResultsCommands(program: Command): void {
  const results = addGroup(program, 'results', 'say what results there are; archive and remove old ones');
  addList(results);
  addPrune(results);
}

function addList(results: Command): void {
  addCommand(results, 'list', {
    about: 'say what results there are, how old and how large, and why some must stay',
    json: '{results, sizeBytes, stored: [{name, kind, path, sizeBytes, lastUsedAt, isPutAside, needed}]}',
    examples: [['results list', 'the oldest first']],
  }).action(async ({ json }: { json?: boolean }) => {
    const { listStored, storedTable } = await import('./results.js');
    const listed = await listStored(placesOf().results);
    answer(json, listed, () => storedTable(listed));
  });
}

interface PruneFlags {
  archiveDays?: number;
  keepDays?: number;
  maxBytes?: number;
  dryRun?: boolean;
  json?: boolean;
}

function addPrune(results: Command): void {
  addCommand(results, 'prune', {
    about: 'archive and remove old results, but never what is still needed',
    json: '{dryRun, steps: [{name, kind, path, sizeBytes, lastUsedAt, isPutAside, done, why}], beforeBytes, afterBytes}',
    notes:
      'The limits are those of rigs/retention.yaml, or of the flags in their place. Ends with 1 when something could not be archived or removed; that is left as it was.',
    examples: [
      ['results prune --dry-run', 'what rigs/retention.yaml would do'],
      ['results prune --archive-days 30 --keep-days 730 --max-bytes 50GB', 'by these limits'],
    ],
  })
    .option('--archive-days <n>', 'folders that were not used for so many days become archives', days)
    .option('--keep-days <n>', 'folders and archives that were not used for so many days are removed', days)
    .option(
      '--max-bytes <size>',
      'room for all of them, e.g. 50GB; the oldest are removed when they need more',
      size,
    )
    .option('--dry-run', 'say what would be done, and do nothing')
    .action(async ({ json, dryRun = false, ...flags }: PruneFlags) => {
      const { pruneStored, pruneText } = await import('./results.js');
      const report = await pruneStored(placesOf(), flags, dryRun);
      answer(json, { dryRun, ...report }, () => pruneText(report, dryRun));
      if (report.steps.some(({ done }) => done === 'failed')) process.exitCode = exitCodes.notGood;
    });
}

function days(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a number of days is needed, for example 30');
}

function size(text: string): number {
  const { count = '', unit = '' } = /^(?<count>\d+)\s?(?<unit>[KMG]B)?$/.exec(text)?.groups ?? {};
  if (count === '') throw new InvalidArgumentError('a size like 500MB or 50GB is needed');
  return Number(count) * 1024 ** ['', 'KB', 'MB', 'GB'].indexOf(unit);
}

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { RigError } from '../core/errors.js';
import { replaceFile } from '../core/files.js';
import type { Statistics } from '../reports/stats/statistics.js';
import { exitCodes } from './exit-codes.js';
import { addCommand } from './new-command.js';
import { listed } from './option-values.js';
import { placesOf } from './places.js';
import { reportedFolder } from './reported-folder.js';
import { parsedTime } from './stats-period.js';

interface StatsFlags {
  all?: boolean;
  since?: string;
  until?: string;
  station?: string[];
  release?: string[];
  board?: string[];
  json?: boolean;
  csv?: boolean;
  html?: string;
}

type Write = (text: string) => unknown;

/** `rig stats`: yield, what fails, capability, and slots that are not like the others. */
export function addStatsCommand(program: Command, write: Write = (text) => process.stdout.write(text)): void {
  addCommand(program, 'stats', {
    about: 'yield, Pareto of errors, capability of each measurement, and slots that are not like the others',
    json: 'all figures, as reports/stats/stats.schema.json describes them',
    notes:
      'Golden and known-bad units, aborted units, and attempts that only identify or roll back do not count. The formulas: docs/statistics.md.\n' +
      'Ends with 1 when a journal is broken: what stands before the break counts.',
    examples: [
      ['stats', 'of the newest run'],
      ['stats results/line3-0412 --html stats.html', 'of a batch, also as a page with charts'],
      ['stats --all --since 7d --station station1', 'of the last seven days of a station'],
    ],
  })
    .argument('[folders...]', 'results folders of runs, or ids of batches (default: results/latest)')
    .option('--all', 'every run and batch below the results folder')
    .option('--since <time>', 'units that began then or later: 2026-03-04, 2026-03-04T06:00Z, 8h or 7d ago')
    .option('--until <time>', 'units that began before then')
    .option('--station <name>', 'units of this station; may be given several times', listed)
    .option('--release <name>', 'units of this release; may be given several times', listed)
    .option('--board <name>', 'units of this board; may be given several times', listed)
    .option('--csv', 'as CSV in the long format: section,name,statistic,value')
    .option('--html <file>', 'also write a page with charts to this file; it needs nothing else')
    .action((folders: string[], flags: StatsFlags) => runStats(folders, flags, write));
}

async function runStats(named: readonly string[], flags: StatsFlags, write: Write): Promise<void> {
  const { all, since, until, station, release, board } = flags;
  const now = Date.now();
  const filter = {
    ...(since !== undefined && { since: parsedTime('--since', since, now) }),
    ...(until !== undefined && { until: parsedTime('--until', until, now) }),
    ...(station && { stations: station }),
    ...(release && { releases: release }),
    ...(board && { boards: board }),
  };
  const { allResults, makeStatistics } = await import('./stats.js');
  const { knownUnitsOf } = await import('./stats-known-units.js');
  const places = placesOf();
  const given = named.map((folder) => reportedFolder(folder));
  const folders = [...given, ...(all ? await allResults(places.results) : [])];
  const { ids, notices } = await knownUnitsOf(places);
  const stats = await makeStatistics({
    folders: folders.length > 0 || all ? folders : [reportedFolder(undefined)],
    filter,
    knownUnits: ids,
    notices,
  });
  if (flags.html !== undefined) await writePage(resolve(flags.html), stats);
  write(await asText(stats, flags));
  if (stats.source.notices.length > notices.length) process.exitCode = exitCodes.notGood;
}

async function asText(stats: Statistics, { json, csv }: StatsFlags): Promise<string> {
  if (json) return `${JSON.stringify(stats, null, 2)}\n`;
  if (csv) return (await import('../reports/stats/csv.js')).statisticsCsv(stats);
  return (await import('./stats-text.js')).statisticsText(stats);
}

async function writePage(path: string, stats: Statistics): Promise<void> {
  const { statisticsPage } = await import('../reports/stats/html/page.js');
  try {
    await replaceFile(path, statisticsPage(stats));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RigError('REPORT_FAILED', `${path} cannot be written: ${why}`, { cause });
  }
}

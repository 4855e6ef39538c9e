import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { journalSummary, formatJournalSummary } from './journal.js';
import { reportAllure, reportRebuild } from './report.js';

const folderHelp = 'results folder of a run (default: results/latest)';

/** `rig report`, `rig report rebuild` and `rig journal`: what a run left behind. */
export function addReportCommands(program: Command): void {
  const report = program
    .command('report')
    .argument('[folder]', folderHelp)
    .description('make the Allure report of a run: one HTML file that opens without a server')
    .action(async (folder: string | undefined) => {
      const page = await reportAllure(folder ?? latest());
      process.stdout.write(`${relative('.', page)}\n`);
    });
  report
    .command('rebuild')
    .argument('[folder]', folderHelp)
    .description('make CSV, JSON, rework list and summary of a run again from its journal')
    .action(async (folder: string | undefined) => {
      const files = await reportRebuild(folder ?? latest());
      for (const path of Object.values(files).flat()) process.stdout.write(`${relative('.', path)}\n`);
    });
  program
    .command('journal')
    .argument('[folder]', folderHelp)
    .option('--json', 'as JSON')
    .description('prove the hash chain of a journal and say what began, finished and stayed open')
    .action(async (folder: string | undefined, options: { json?: boolean }) => {
      const summary = await journalSummary(folder ?? latest());
      process.stdout.write(
        options.json ? `${JSON.stringify(summary, null, 2)}\n` : formatJournalSummary(summary),
      );
      if (!summary.valid) process.exitCode = 1;
    });
}

function latest(): string {
  return resolve(process.env['RIG_RESULTS'] ?? 'results', 'latest');
}

import type { Command } from 'commander';
import { addCommand } from './new-command.js';
import { answer } from './output.js';
import { exitCodes } from './exit-codes.js';
import { pathLines, reportedFolder } from './reported-folder.js';

const folderHelp = 'results folder of a run, or id of a batch (default: results/latest)';

interface JsonOption {
  json?: boolean;
}

/** `rig report`, `rig report rebuild` and `rig journal`: what a run left behind. */
export function addReportCommands(program: Command): void {
  const report = addCommand(program, 'report', {
    about: 'make the Allure report of a run: one HTML file that opens without a server',
    json: '{allure}: path of the page',
    examples: [
      ['report', 'of the newest run'],
      ['report results/20261120-093001-4f2a', 'of that run'],
    ],
  })
    .argument('[folder]', folderHelp)
    .action(async (folder: string | undefined, { json }: JsonOption) => {
      const { reportAllure } = await import('./report.js');
      const allure = await reportAllure(reportedFolder(folder));
      answer(json, { allure }, () => pathLines([allure]));
    });
  addCommand(report, 'rebuild', {
    about: 'make CSV, JSON, rework list and summary of a run again from its journal',
    json: '{results, report, rework, summary, factoryRecords}: paths',
    examples: [['report rebuild', 'of the newest run']],
  })
    .argument('[folder]', folderHelp)
    .action(async (folder: string | undefined, { json }: JsonOption) => {
      const { reportRebuild } = await import('./report.js');
      const files = await reportRebuild(reportedFolder(folder));
      answer(json, files, () => pathLines(Object.values(files).flat()));
    });
  addCommand(program, 'journal', {
    about: 'prove the hash chain of a journal and say what began, finished and stayed open',
    json: '{path, valid, problem, lines, head, tornBytes, runs, writerPid, attempts, open}',
    notes: 'Ends with 1 when the chain is broken.',
    examples: [['journal', 'of the newest run']],
  })
    .argument('[folder]', folderHelp)
    .action(async (folder: string | undefined, { json }: JsonOption) => {
      const { formatJournalSummary, journalSummary } = await import('./journal.js');
      const summary = await journalSummary(reportedFolder(folder));
      answer(json, summary, () => formatJournalSummary(summary));
      if (!summary.valid) process.exitCode = exitCodes.notGood;
    });
}

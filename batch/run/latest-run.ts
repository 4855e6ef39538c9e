import { realpath, rename, symlink } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { hasErrno, temporaryName } from '../../core/files.js';
import { journalWriter } from '../journal/journal.js';
import { writeProjections } from '../projections/projections.js';
import { journalName, readRunData } from '../projections/run-data.js';

/**
 * Makes the reports of the run that `latest` links to when that run died before it could: its records and the boards that it left half
 * written must not stay unsaid. Returns what to tell the operator; undefined when there is nothing to tell.
 */
export async function reportDeadRun(latest: string): Promise<string | undefined> {
  try {
    const folder = await realpath(latest);
    const { runs, unfinished } = await readRunData(folder);
    const last = runs.at(-1);
    if (last === undefined || last.end || (await journalWriter(join(folder, journalName)))) return undefined;
    const { summary } = await writeProjections(folder);
    const slots = unfinished
      .map(({ station, slot }) => `${station} ${slot}`)
      .sort((one, two) => one.localeCompare(two, 'en', { numeric: true }))
      .join(', ');
    const open = slots === '' ? 'no unit was open' : `open were ${slots}: run them again`;
    return `run ${last.header.runId} before this one died; ${open}; ${relative('.', summary)}`;
  } catch (thrown) {
    if (hasErrno(thrown, 'ENOENT')) return undefined;
    return `the run before this one (${relative('.', latest)}): ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

/** `results/latest`: the run that was started last, also when it died. */
export async function linkLatest(latest: string, resultsFolder: string): Promise<void> {
  const temporary = temporaryName(latest);
  await symlink(basename(resultsFolder), temporary);
  await rename(temporary, latest);
}

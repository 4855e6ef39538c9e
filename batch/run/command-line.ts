/** What the Playwright command line says about a run, read before Playwright hands it to anyone. */
export interface RunSelection {
  /** Values of `--project`, which may hold `*`; empty: every station. */
  projects: string[];
  /** True for `--list`: nothing will run. */
  listing: boolean;
  /** True for `--last-failed`: only what failed in the run before. */
  lastFailed: boolean;
  /** Words that are neither the command nor `--project`: file filters and values of other options. */
  words: string[];
}

/** Reads `playwright test …` arguments; `argv` is `process.argv` without node and the script. */
export function readCommandLine(argv: readonly string[]): RunSelection {
  const selection: RunSelection = { projects: [], listing: false, lastFailed: false, words: [] };
  let inProjects = false;
  for (const argument of argv) {
    if (argument.startsWith('-')) {
      inProjects = argument === '--project';
      if (argument.startsWith('--project=')) selection.projects.push(argument.slice('--project='.length));
      else if (argument === '--list') selection.listing = true;
      else if (argument === '--last-failed') selection.lastFailed = true;
      else if (argument.includes('=')) selection.words.push(argument.slice(argument.indexOf('=') + 1));
    } else if (inProjects) selection.projects.push(argument);
    else if (argument !== 'test') selection.words.push(argument);
  }
  return selection;
}

/** Whether `--project` selects the station; `*` stands for any text, and case does not matter, as in Playwright. */
export function selects(selection: RunSelection, station: string): boolean {
  if (selection.projects.length === 0) return true;
  return selection.projects.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 'i').test(station);
  });
}

/** Whether the command line names a programme, as a file filter or in `-g`, so that it runs although the station file does not list it. */
export function namesProgramme(selection: RunSelection, programme: string): boolean {
  return selection.words.some((word) => word.split(/[^\w-]+/).includes(programme));
}

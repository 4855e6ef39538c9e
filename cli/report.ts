import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { journalWriter } from '../batch/journal/journal.js';
import { writeProjections, type ProjectionFiles } from '../batch/projections/projections.js';
import { journalName, readRunData } from '../batch/projections/run-data.js';
import { withDeadline } from '../core/deadline.js';
import { RigError } from '../core/errors.js';
import { replaceFile } from '../core/files.js';
import { allureCategories, allureResultsName } from '../reports/allure.js';
import type { RunData } from '../reports/run-data.js';

const allureTimeoutMs = 120_000;

/**
 * Makes the reports of a results folder again from its journal. Throws REPORT_FAILED when there is no journal or its run is
 * still going, JOURNAL_CORRUPT when it was changed.
 */
export async function reportRebuild(resultsFolder: string): Promise<ProjectionFiles> {
  const given = resolve(resultsFolder, journalName);
  if (!(await exists(given))) throw notThere(`there is no journal ${given}`);
  // Reports beside the results folder belong beside the real one, not beside a link to it.
  const folder = await realpath(resultsFolder);
  const journal = join(folder, journalName);
  const writer = await journalWriter(journal);
  if (writer) {
    throw new RigError(
      'REPORT_FAILED',
      `run ${writer.runId} (pid ${writer.pid}) is still going; it writes its reports when it ends`,
    );
  }
  return writeProjections(folder);
}

/**
 * Makes the Allure report of a results folder: one file, `allure-report/index.html`, that opens from disk without a server. Returns its
 * path. Throws REPORT_FAILED, with what the tool said.
 */
export async function reportAllure(resultsFolder: string): Promise<string> {
  const folder = resolve(resultsFolder);
  const results = join(folder, allureResultsName);
  if (!(await exists(results))) throw notThere(`there are no Allure results in ${results}`);
  const output = join(folder, 'allure-report');
  const settings = await mkdtemp(join(tmpdir(), 'rig-allure-'));
  try {
    const config = join(settings, 'allurerc.json');
    await writeFile(config, JSON.stringify(allureConfig(output, await readRunData(folder)), null, 2));
    await rm(output, { recursive: true, force: true });
    await runAllure(['generate', '--config', config, '--cwd', folder, results]);
  } finally {
    await rm(settings, { recursive: true, force: true });
  }
  const page = join(output, 'index.html');
  if (!(await exists(page))) throw new RigError('REPORT_FAILED', `allure made no ${page}`);
  await replaceFile(page, withoutAnalytics(await readFile(page, 'utf8')));
  return page;
}

/** The report's page would tell a web service that it was opened, and wait for it where there is no network. */
function withoutAnalytics(page: string): string {
  return page.replace(
    /<script[^>]*src="https:\/\/www\.googletagmanager\.com[^>]*><\/script>\s*<script>[^]*?<\/script>/g,
    '',
  );
}

function allureConfig(output: string, data: RunData) {
  const last = data.runs.at(-1)?.header;
  const releases = last?.releases.map(({ name, sha256 }) => `${name} (${sha256.slice(0, 12)})`) ?? [];
  return {
    name: `${last?.stations.join(', ') ?? ''} · ${data.batch}`,
    output,
    plugins: {
      awesome: { options: { singleFile: true, groupBy: ['station', 'programme'], reportLanguage: 'en' } },
    },
    categories: { rules: allureCategories() },
    variables: { batch: data.batch, release: releases.join(', '), host: last?.host ?? '', ...last?.versions },
  };
}

async function runAllure(args: readonly string[]): Promise<void> {
  const cli = fileURLToPath(new URL('../cli.js', import.meta.resolve('allure')));
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close') as Promise<[number | null]>;
  try {
    const [code] = await withDeadline(() => ended, {
      timeoutMs: allureTimeoutMs,
      onTimeout: () =>
        new RigError('REPORT_FAILED', `allure did not end within ${allureTimeoutMs / 1000} s: ${said}`),
    });
    if (code !== 0) throw new RigError('REPORT_FAILED', `allure ended with ${code}: ${said.trim()}`);
  } finally {
    child.kill('SIGKILL');
  }
}

/** The folder was named wrongly: nothing failed. */
function notThere(what: string): RigError {
  return new RigError('REPORT_FAILED', what, { blame: 'config' });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

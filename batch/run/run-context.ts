/** Name of Playwright's own output folder in the results folder of a run. */
export const playwrightFolder = 'playwright';

/** What the main process tells its workers, through the environment, before the first one is forked. Plain JSON. */
export interface RunContext {
  runId: string;
  /** Absolute path of `results/<run id>`. */
  resultsFolder: string;
  /** Unix socket of the coordinator. */
  socketPath: string;
  stations: RunStation[];
  batch?: RunBatch;
}

/** The part of a batch that a run is to do. */
export interface RunBatch {
  id: string;
  programme: string;
  /** Numbers of its units, as `rangesText` writes them: the environment holds little. */
  units: string;
  /** Units under way at the same time, at most. */
  atOnce: number;
  retries: number;
}

export interface RunStation {
  name: string;
  slots: string[];
  /** Programmes that this run may start: those of the station file, and others that the command line names. */
  programmes: string[];
}

const variable = 'RIG_RUN';

/** True in a Playwright worker, false in the main process. */
export function inWorker(env: NodeJS.ProcessEnv = process.env): boolean {
  return env['TEST_WORKER_INDEX'] !== undefined;
}

export function publishRunContext(context: RunContext): void {
  process.env[variable] = JSON.stringify(context);
}

/** The context of this run; throws outside of a run, which means that a spec was loaded without `playwright.config.ts`. */
export function runContext(): RunContext {
  const text = process.env[variable];
  if (text === undefined)
    throw new Error('RIG_RUN is not set: start specs with the rig’s playwright.config.ts');
  return JSON.parse(text) as RunContext;
}

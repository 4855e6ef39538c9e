import type { Station } from '../../rigs/types.js';
import type { BatchRun } from '../order/batch-run.js';
import { inWorker, runContext, type RunContext } from './run-context.js';

export interface PlanOptions {
  /** Folder of the station files. */
  rigs: string;
  /** Folder of the specs. */
  specs: string;
  /** Folder that gets one results folder a run. */
  results: string;
}

/** A run before it starts. */
export interface RunPlan {
  context: RunContext;
  /** Empty in a worker: workers get their slot, resolved, with the lease. */
  stations: Station[];
  /** Set when the run goes on with a batch. */
  batch?: BatchRun;
  /** True when nothing will run. */
  listing: boolean;
}

let planned: RunPlan | undefined;

/** The plan that `planRun` made in this process; the global set-up starts the coordinator from it. */
export function currentPlan(): RunPlan {
  if (planned === undefined) throw new Error('planRun was not called by playwright.config.ts');
  return planned;
}

/**
 * Loads and checks every file of the run, once, in the main process, before anything is energised. Throws CONFIG_INVALID with
 * every problem of the selected stations; a problem of another station is a warning. A worker, which loads the same config, only
 * gets what the main process published: no YAML, no schemas.
 */
export async function planRun(options: PlanOptions): Promise<RunPlan> {
  if (inWorker()) planned = { context: runContext(), stations: [], listing: false };
  else planned = await (await import('./read-plan.js')).readPlan(options);
  return planned;
}

import type { Project } from '@playwright/test';
import type { RunPlan } from './plan-run.js';
import type { RunBatch, RunStation } from './run-context.js';

/** One Playwright project a station: its slots are tagged tests, as many workers as slots, its programmes as spec files. */
export function stationProjects(plan: RunPlan): Project[] {
  const { batch, stations } = plan.context;
  if (batch) return [batchProject(batch, stations)];
  return plan.context.stations.map((station) => ({
    name: station.name,
    grep: new RegExp(`@${station.name}(?![\\w-])`),
    testMatch: station.programmes.map((programme) => `**/${programme}.spec.ts`),
    workers: station.slots.length,
  }));
}

/** One project for a batch, since its units go to whichever slot is free; it bears its station's name when there is one only. */
function batchProject({ programme, atOnce, retries }: RunBatch, stations: readonly RunStation[]): Project {
  const [first, ...others] = stations;
  const name = first && others.length === 0 ? first.name : 'batch';
  // The coordinator says who is tried again; Playwright's retries only have to last: one that is not needed is skipped.
  return { name, testMatch: `**/${programme}.spec.ts`, workers: atOnce, retries: retries > 0 ? 100 : 0 };
}

/** As many workers as the run has slots, at least one; for a batch as many as it has units under way. */
export function workerCount(plan: RunPlan): number {
  if (plan.context.batch) return plan.context.batch.atOnce;
  return Math.max(
    1,
    plan.context.stations.reduce((sum, station) => sum + station.slots.length, 0),
  );
}

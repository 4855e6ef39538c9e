import type { Project } from '@playwright/test';
import type { RunPlan } from './plan-run.js';

/** One Playwright project a station: its slots are tagged tests, as many workers as slots, its programmes as spec files. */
export function stationProjects(plan: RunPlan): Project[] {
  return plan.context.stations.map((station) => ({
    name: station.name,
    grep: new RegExp(`@${station.name}(?![\\w-])`),
    testMatch: station.programmes.map((programme) => `**/${programme}.spec.ts`),
    workers: station.slots.length,
  }));
}

/** As many workers as the run has slots, at least one. */
export function workerCount(plan: RunPlan): number {
  return Math.max(
    1,
    plan.context.stations.reduce((sum, station) => sum + station.slots.length, 0),
  );
}

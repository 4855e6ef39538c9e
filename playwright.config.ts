import { defineConfig, type ReporterDescription } from '@playwright/test';
import { planRun } from './batch/run/plan-run.js';
import { playwrightFolder } from './batch/run/run-context.js';
import { stationProjects, workerCount } from './batch/run/playwright-projects.js';
import { allureReporterOptions } from './reports/allure.js';

const plan = await planRun({
  rigs: process.env['RIG_RIGS'] ?? 'rigs',
  specs: 'specs',
  results: process.env['RIG_RESULTS'] ?? 'results',
});
const reporters: ReporterDescription[] = [
  ['./reports/live-reporter.ts'],
  ['./reports/allure-reporter.ts', allureReporterOptions(plan.context)],
];

export default defineConfig({
  testDir: 'specs',
  outputDir: `${plan.context.resultsFolder}/${playwrightFolder}`,
  globalSetup: './batch/run/global-setup.ts',
  projects: stationProjects(plan),
  workers: workerCount(plan),
  fullyParallel: true,
  timeout: 180_000,
  reporter: plan.listing ? 'list' : reporters,
});

import { startCoordinator } from '../coordinator/coordinator.js';
import { runtimeFolder } from '../../core/runtime-folder.js';
import { currentPlan } from './plan-run.js';
import { removeStaleSockets } from './stale-sockets.js';
import { stopInOrder } from './stop-signals.js';

/** Playwright's global set-up: starts the coordinator and, without waiting, what its stations need; returns the tear-down. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const { context, stations, batch } = currentPlan();
  const folder = runtimeFolder('.', process.env);
  await removeStaleSockets(folder);
  const coordinator = await startCoordinator({
    runId: context.runId,
    resultsFolder: context.resultsFolder,
    socketPath: context.socketPath,
    stations,
    runtimeFolder: folder,
    ...(batch && { batch }),
  });
  for (const station of stations) coordinator.prepare(station.name);
  const takeSignalsBack = stopInOrder();
  return () => coordinator.close().finally(takeSignalsBack);
}

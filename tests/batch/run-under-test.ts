import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCoordinator, type Coordinator } from '../../batch/coordinator/coordinator.js';
import type { JournalEntry } from '../../batch/journal/journal-entries.js';
import { readJournal } from '../../batch/journal/journal-reader.js';
import type { CoordinatorOps, RunEvent } from '../../batch/coordinator/protocol.js';
import { RigError } from '../../core/errors.js';
import type { AttemptHeader, AttemptRecord } from '../../core/record.js';
import { connectRpc } from '../../core/rpc.js';
import { openOutputs } from '../../drivers/power/open-outputs.js';
import type { LineBackendSpec } from '../../gpio/line.js';
import type { OutputAddress } from '../../gpio/output.js';
import type { Station } from '../../rigs/types.js';
import { passed } from '../reports/records.js';
import { makeStation } from './station.js';

/** A worker's connection, as the fixtures make it. */
export interface TestWorker {
  ask<Op extends keyof CoordinatorOps>(
    op: Op,
    args: CoordinatorOps[Op]['args'],
  ): Promise<CoordinatorOps[Op]['answer']>;
  lease(slot: string): Promise<CoordinatorOps['lease']['answer']>;
  /** A record that passes for the attempt. */
  commit(header: AttemptHeader, replace?: Partial<AttemptRecord>): Promise<{ seq: number }>;
  tell(event: RunEvent): void;
  /** The next notification of that name, or the last one that has come. */
  notice(op: string): Promise<unknown>;
  close(): void;
}

/** Folders, a station and coordinators of runs in them; everything goes away with `close`. */
export interface RunsUnderTest {
  root: string;
  runtimeFolder: string;
  station: Station;
  /** Further stations of the runs; none unless a test puts them in. */
  others: Station[];
  start(runId: string): Promise<Coordinator>;
  worker(runId: string): Promise<TestWorker>;
  journal(runId: string): Promise<JournalEntry[]>;
  folder(runId: string): string;
  close(): Promise<void>;
}

/** `root` makes it use the folders of another process. */
export async function runsUnderTest(options: { slots?: number; root?: string } = {}): Promise<RunsUnderTest> {
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'rig-run-')));
  const station = await makeStation(root, options);
  const coordinators: Coordinator[] = [];
  const workers: TestWorker[] = [];
  const folder = (runId: string) => join(root, 'results', runId);
  const socketPath = (runId: string) => join(root, `${runId}.sock`);
  const runs: RunsUnderTest = {
    root,
    runtimeFolder: join(root, 'runtime'),
    station,
    others: [],
    folder,
    async start(runId) {
      const coordinator = await startCoordinator({
        runId,
        resultsFolder: folder(runId),
        socketPath: socketPath(runId),
        stations: [station, ...runs.others],
        runtimeFolder: runs.runtimeFolder,
      });
      coordinators.push(coordinator);
      return coordinator;
    },
    async worker(runId) {
      const worker = await connectWorker(socketPath(runId), station.name);
      workers.push(worker);
      return worker;
    },
    async journal(runId) {
      const entries: JournalEntry[] = [];
      for await (const entry of readJournal(join(folder(runId), 'journal.jsonl'))) entries.push(entry);
      return entries;
    },
    async close() {
      for (const worker of workers) worker.close();
      await Promise.allSettled(coordinators.map((coordinator) => coordinator.close()));
      await rm(root, { recursive: true, force: true });
    },
  };
  return runs;
}

async function connectWorker(path: string, station: string): Promise<TestWorker> {
  const notices = new EventEmitter();
  const came = new Map<string, unknown>();
  const client = await connectRpc(path, {
    onLost: () => new RigError('COORDINATOR_LOST', 'gone'),
    onNotify(op, args) {
      came.set(op, args);
      notices.emit(op);
    },
  });
  const ask: TestWorker['ask'] = (op, args) => client.request(op, args);
  return {
    ask,
    lease: (slot) => ask('lease', { station, slot, programme: 'provision', pid: process.pid }),
    commit: (header, replace = {}) =>
      ask('commit', passed({ ...header, endedAt: new Date().toISOString(), ...replace })),
    tell: (event) => client.notify('event', event),
    async notice(op) {
      if (!came.has(op)) await once(notices, op);
      return came.get(op);
    },
    close: () => client.close(),
  };
}

export async function drive(
  gpio: LineBackendSpec,
  address: OutputAddress | undefined,
  active: boolean,
): Promise<void> {
  await withLine(gpio, address, (line) => line.write(active));
}

export async function levelOf(gpio: LineBackendSpec, address: OutputAddress | undefined): Promise<boolean> {
  return withLine(gpio, address, (line) => line.read());
}

type Line = Awaited<ReturnType<Awaited<ReturnType<typeof openOutputs>>['openOutput']>>;

async function withLine<T>(
  gpio: LineBackendSpec,
  address: OutputAddress | undefined,
  act: (line: Line) => Promise<T>,
): Promise<T> {
  if (address === undefined) throw new Error('the slot has no such line');
  const backend = await openOutputs(gpio);
  try {
    return await act(await backend.openOutput(address, { initial: 'as-is' }));
  } finally {
    await backend.close();
  }
}

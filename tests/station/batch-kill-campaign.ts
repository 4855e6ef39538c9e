import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pollUntil } from '../../core/deadline.js';
import { RigError } from '../../core/errors.js';
import { unitId, type AttemptRecord } from '../../core/record.js';
import { connectRpc } from '../../core/rpc.js';
import { startBench } from '../bench-by-hand.js';
import { randomFrom } from '../drivers/seeded-random.js';
import type { RigFolder } from '../rig-folder.js';
import { journalOf, recordsIn, rig as runRig, startRig, writeBatch } from './batch.js';
import { processTree } from './process-tree.js';
import { readCsv } from './run.js';

/** What one SIGKILL hit. */
export interface BatchKill {
  /** `main`: Playwright's main process alone; `worker`: one of its workers; `tree`: every process but the guard. */
  victims: 'main' | 'worker' | 'tree';
  /** Since the command was started; undefined when the batch was done before. */
  atMs?: number;
  /** Units that were under way. */
  inHand: number[];
}

export interface BatchKillCampaign {
  rig: RigFolder;
  kills: number;
  /** Decides moments and victims. */
  seed: number;
  units: number;
  /** The latest moment, counted from the start of the command. */
  withinMs: number;
  onKill?: (kill: BatchKill, total: number) => void;
}

interface BenchBoard {
  slot: string;
  mac: string;
  version?: string;
}

/**
 * Starts a batch on a bench that outlives it and swaps its boards, kills it at a moment of its own, and goes on with it until it is done; then proves the batch and starts
 * another one, until so many kills were made. Throws what does not hold.
 */
export async function killBatches(campaign: BatchKillCampaign): Promise<BatchKill[]> {
  const { rig, kills, seed, units, onKill } = campaign;
  const random = randomFrom(seed);
  const bench = await startBench(
    { station: rig.station, env: { ...rig.env, RIG_BENCH_SWAPS: '50' } },
    join(rig.folder, 'bench-output.log'),
  );
  const onLost = () => new RigError('BENCH_FAILED', 'the bench of the test has ended');
  const client = await connectRpc(bench.state.socketPath, { onLost });
  const activeOutputs = async () => {
    const lines = await client.request<{ use: string; active: boolean }[]>('lines', {});
    return lines.filter(({ use, active }) => active && /power|boot|reset/.test(use)).map(({ use }) => use);
  };
  const made: BatchKill[] = [];
  try {
    for (let lot = 1; made.length < kills; lot++) {
      const id = `lot${lot}`;
      const file = await writeBatch(rig, {
        batch: id,
        units: { count: units },
        swap: { by: 'slot', detect: 'identity', everySeconds: 0.2 },
      });
      let words = ['run', '--batch-config', file];
      for (;;) {
        const isLast = made.length >= kills;
        if (isLast) {
          const { exitCode, output } = await runRig(rig, words);
          assert.equal(exitCode, 0, `${output}\n${await resultsText(rig, id)}`);
          break;
        }
        const kill = await killOnce(rig, id, words, random, campaign.withinMs);
        await untilOff(activeOutputs);
        if (kill === undefined) break;
        made.push(kill);
        onKill?.(kill, made.length);
        words = ['run', '--batch-config', file, '--resume-auto'];
      }
      await untilOff(activeOutputs);
      await proveBatch(rig, id, units, await client.request<BenchBoard[]>('boards', {}));
    }
    return made;
  } finally {
    client.close();
    await bench.stop();
  }
}

/** Undefined when the batch came to its end before the moment, as it must then. */
async function killOnce(
  rig: RigFolder,
  id: string,
  words: readonly string[],
  random: () => number,
  withinMs: number,
): Promise<BatchKill | undefined> {
  const run = startRig(rig, words);
  const kinds = ['main', 'worker', 'tree'] as const;
  const victims = kinds[Math.floor(random() * kinds.length)] ?? 'tree';
  const momentMs = random() * withinMs;
  const startedAt = performance.now();
  const isOver = await Promise.race([run.ended.then(() => true), delay(momentMs, false)]);
  const pids = isOver ? [] : pidsOf(run.child.pid ?? 0, victims);
  for (const pid of pids) kill(pid);
  const { exitCode, output } = await run.ended;
  if (pids.length === 0) {
    assert.ok(
      exitCode === 0,
      `a run that nobody killed ended with ${exitCode}: ${output}\n${await resultsText(rig, id)}`,
    );
    return undefined;
  }
  const inHand = await openUnits(rig, id);
  return { victims, atMs: Math.round(performance.now() - startedAt), inHand };
}

/** Whoever is not there yet cannot be killed alone: then all are. */
function pidsOf(root: number, victims: BatchKill['victims']): number[] {
  const tree = processTree(root, (command) => /guard-main|rigwright-guard/.test(command));
  const named = (pattern: RegExp) => tree.filter((pid) => pattern.test(commandOf(pid)));
  const workers = named(/workerProcessEntry|worker-process|common\/process/);
  const mains = named(/cli\.js test|test\/cli/).filter((pid) => !workers.includes(pid));
  if (victims === 'worker' && workers.length > 0) return workers.slice(0, 1);
  if (victims === 'main' && mains.length > 0) return mains;
  return tree;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

/** Also a journal that does not exist yet has nothing open. */
async function openUnits(rig: RigFolder, id: string): Promise<number[]> {
  const open = new Map<string, number>();
  for (const entry of await journalOf(rig, id).catch(() => [])) {
    if (entry.type === 'attempt-start') open.set(entry.data.attemptId, entry.data.unit ?? 0);
    if (entry.type === 'attempt') open.delete(entry.data.attemptId);
  }
  return [...open.values()];
}

function resultsText(rig: RigFolder, id: string): Promise<string> {
  return readFile(join(rig.results, id, 'batch_results.csv'), 'utf8').catch(String);
}

function untilOff(activeOutputs: () => Promise<string[]>): Promise<true> {
  return pollUntil(async () => ((await activeOutputs()).length === 0 ? true : undefined), {
    timeoutMs: 4000,
    intervalMs: 20,
    onTimeout: () => new Error('outputs were still on four seconds after the end'),
  });
}

/** Every unit is once in the final records, passed, as a board of its own that holds the release; the chain was proved by reading it. */
async function proveBatch(
  rig: RigFolder,
  id: string,
  units: number,
  boards: readonly BenchBoard[],
): Promise<void> {
  const records = recordsIn(await journalOf(rig, id));
  const numbers = Array.from({ length: units }, (_, index) => index + 1);
  const lastOf = (unit: number): AttemptRecord | undefined =>
    records.findLast((record) => record.unit === unit);
  const ids = numbers.map((unit) => {
    const last = lastOf(unit);
    assert.equal(
      last?.outcome,
      'pass',
      `${id}: unit ${unit} ended as ${last?.failure?.code ?? last?.outcome}`,
    );
    return last.device ? unitId(last.device) : undefined;
  });
  assert.equal(new Set(ids).size, units, `${id}: two units are one board: ${ids.join(', ')}`);
  for (const mac of ids) {
    const board = boards.find((each) => each.mac === mac);
    assert.equal(board?.version, '1.2.0', `${id}: ${mac} passed and holds ${board?.version ?? 'nothing'}`);
  }
  const rows = await readCsv(join(rig.results, id, 'batch_results.csv'));
  assert.equal(rows.length, units, `${id}: ${rows.length} rows for ${units} units`);
  assert.ok(rows.every((row) => row['Status'] === 'Success'));
}

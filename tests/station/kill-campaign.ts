import { setTimeout as delay } from 'node:timers/promises';
import { pollUntil } from '../../core/deadline.js';
import { randomFrom } from '../drivers/seeded-random.js';
import { processTree } from './process-tree.js';
import { startStation, type RunsOn } from './run.js';

/** What one SIGKILL found and how long its outputs stayed on. */
export interface Kill {
  /** `main`: Playwright's main process alone; `tree`: every process of the run but the guard. */
  victims: 'main' | 'tree';
  /** Since an output of the run was first on. */
  atMs: number;
  /** Outputs that were on at that moment. */
  active: string[];
  /** From the kill until the last output was seen on. */
  offAfterMs: number;
}

export interface KillCampaign {
  rig: RunsOn;
  /** Further words of the run's command line. */
  words?: readonly string[];
  /** Names the outputs that are on, as whoever stands beside the rig sees them. */
  activeOutputs: () => Promise<string[]>;
  kills: number;
  /** Decides moments and victims. */
  seed: number;
  /** The latest moment, counted from the first output that is on; a run must last longer. */
  withinMs: number;
  /** Gets each result as it comes. */
  onKill?: (kill: Kill) => void;
}

/** So long nothing may be switched on again: the guard has ended by then. */
const watchMs = 3000;
const lookMs = 10;

/** Starts the station's run again and again and kills each at a moment of its own. Every run has to do with what the one before left. */
export async function killAtRandom(campaign: KillCampaign): Promise<Kill[]> {
  const random = randomFrom(campaign.seed);
  const kills: Kill[] = [];
  for (let count = 0; count < campaign.kills; count++) {
    // One of each kind first, and the seed says which; after them the dice decide.
    const isTree = count < 2 ? (count + campaign.seed) % 2 === 1 : random() < 0.5;
    const kill = await killOnce(campaign, isTree ? 'tree' : 'main', random() * campaign.withinMs);
    campaign.onKill?.(kill);
    kills.push(kill);
  }
  return kills;
}

async function killOnce(
  { rig, words, activeOutputs }: KillCampaign,
  victims: Kill['victims'],
  momentMs: number,
): Promise<Kill> {
  const run = startStation(rig, words);
  const untilActive = () =>
    pollUntil(
      async () => {
        if (run.child.exitCode !== null) throw new Error(`the run ended by itself: ${run.output()}`);
        const active = await activeOutputs();
        return active.length > 0 ? active : undefined;
      },
      {
        timeoutMs: 90_000,
        intervalMs: lookMs,
        onTimeout: () => new Error(`no output was switched on: ${run.output()}`),
      },
    );
  try {
    await untilActive();
    const firstOnAt = performance.now();
    await delay(momentMs);
    const active = await untilActive();
    const killedAt = performance.now();
    killAll(victims === 'main' ? [run.child.pid] : processTree(run.child.pid ?? 0, isGuard));
    const offAfterMs = await lastSeenOn(activeOutputs, killedAt);
    await run.ended;
    return { victims, atMs: Math.round(killedAt - firstOnAt), active, offAfterMs };
  } finally {
    run.child.kill('SIGKILL');
  }
}

/** The first look that finds all off ends the time, unless a later one finds something on again. */
async function lastSeenOn(activeOutputs: KillCampaign['activeOutputs'], killedAt: number): Promise<number> {
  let offSince: number | undefined;
  for (let now = killedAt; now < killedAt + watchMs; now = performance.now()) {
    const isOff = (await activeOutputs()).length === 0;
    offSince = isOff ? (offSince ?? performance.now()) : undefined;
    await delay(lookMs);
  }
  return offSince === undefined ? Infinity : Math.round(offSince - killedAt);
}

function killAll(pids: readonly (number | undefined)[]): void {
  for (const pid of pids) {
    try {
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

function isGuard(command: string): boolean {
  return /guard-main|rigwright-guard/.test(command);
}

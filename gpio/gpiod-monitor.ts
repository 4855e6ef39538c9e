import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { pause } from '../core/deadline.js';
import type { GpiodChip } from './gpiod-chips.js';
import { forgetHolder, holderEnvironment, livingHolder, noteHolder, type GpiodPlace } from './gpiod-note.js';
import { endProcess, holdsLine, markOf } from './gpiod-process.js';
import { toolEnvironment } from './gpiod-run.js';
import type { Level } from './line.js';

/** One `gpiomon`, which has the line while it runs. */
export interface Monitor {
  /** Resolves when it has ended, for whatever reason, and every edge it saw was heard. */
  ended: Promise<void>;
  /** Ends it and waits for that; only under the line's lock. */
  stop(): Promise<void>;
}

const startTimeoutMs = 5000;

/**
 * Starts `gpiomon` on the line, which must be free; only under the line's lock. It dies with this process. Undefined when it cannot watch the line,
 * as on a chip without interrupts.
 */
export async function startMonitor(
  place: GpiodPlace,
  chip: GpiodChip,
  hear: (level: Level) => void,
): Promise<Monitor | undefined> {
  const args = place.syntax.monitor(chip.name, place.address.line);
  const [command, ...first] = (await diesWithOwner()) ? [...tied, 'gpiomon'] : ['gpiomon'];
  const child = spawn(command ?? 'gpiomon', [...first, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: toolEnvironment(holderEnvironment(place)),
  });
  const ended = endOf(child);
  createInterface({ input: child.stdout }).on('line', (text) => {
    const level = place.syntax.levelAfter(text.trim());
    if (level !== undefined) hear(level);
  });
  const mark = child.pid === undefined ? undefined : markOf(child.pid);
  const monitor: Monitor = {
    ended,
    async stop() {
      if (mark !== undefined) await endProcess(mark);
      await ended;
      if (livingHolder(place) === undefined) forgetHolder(place);
    },
  };
  if (mark !== undefined && (await isWatching(mark.pid))) {
    await noteHolder(place, { use: 'monitor', args, device: chip.device, pid: mark.pid });
    return monitor;
  }
  await monitor.stop();
  return undefined;
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}

async function isWatching(pid: number): Promise<boolean> {
  const due = performance.now() + startTimeoutMs;
  while (markOf(pid) !== undefined && performance.now() < due) {
    if (holdsLine(pid)) return true;
    await pause(1);
  }
  return false;
}

/** Has the kernel kill what follows when this process ends, however it ends. */
const tied = ['setpriv', '--pdeathsig', 'KILL'] as const;
let tieWorks: Promise<boolean> | undefined;

/** Not every host's `setpriv` can; there a monitor that was left behind is ended by the next user of the line, who finds its owner dead. */
function diesWithOwner(): Promise<boolean> {
  const [command, ...args] = tied;
  return (tieWorks ??= new Promise((resolve) => {
    execFile(command, [...args, 'true'], { timeout: startTimeoutMs }, (error) => resolve(error === null));
  }));
}

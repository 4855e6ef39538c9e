import { filterEdges } from './edges.js';
import { chipOrRelease, takeFrom } from './gpiod-holder.js';
import { readKernelLine } from './gpiod-levels.js';
import { withLock } from './gpiod-lock.js';
import { startMonitor, type Monitor } from './gpiod-monitor.js';
import { isHolding, livingHolder, type GpiodPlace } from './gpiod-note.js';
import type { GpiodChip } from './gpiod-chips.js';
import { readFreeLine } from './gpiod-read.js';
import { isActive, type Level } from './line.js';

/** How often a line is looked at whose chip has no interrupts: a look is a process. */
const pollMs = 50;
/** How often a watched line is looked at besides: an edge in the moment in which the monitor starts is seen by nobody. */
const lookMs = 1000;

/** One of those who use an input. */
export interface InputUser {
  read(): Promise<Level>;
  /** Resolves when every change from now on will be heard. */
  watch(debounceMs: number, listener: (active: boolean) => void): Promise<void>;
  release(): void;
}

/** The inputs of one backend: those who use a line share its monitor. */
export interface GpiodInputs {
  /** Makes the line an input. Throws LINE_BUSY, LINE_PERMISSION, LINE_LOST. */
  use(place: GpiodPlace): Promise<InputUser>;
  /** Resolves when the monitors of released inputs have ended. */
  settled(): Promise<void>;
}

export function openInputs(): GpiodInputs {
  const shared = new Map<string, SharedInput>();
  const ending = new Set<Promise<void>>();
  return {
    async use(place) {
      const input = shared.get(place.noteFile) ?? shareInput(place);
      shared.set(place.noteFile, input);
      const releases: (() => void)[] = [];
      const user = {};
      input.users.add(user);
      const release = () => {
        for (const end of releases) end();
        input.users.delete(user);
        if (input.users.size > 0 || shared.get(place.noteFile) !== input) return;
        shared.delete(place.noteFile);
        const end = input.end().finally(() => ending.delete(end));
        ending.add(end);
      };
      try {
        await input.claim();
      } catch (thrown) {
        release();
        throw thrown;
      }
      return {
        read: () => input.read(),
        async watch(debounceMs, listener) {
          const active = (level: Level) => isActive(place.address, level);
          const filter = filterEdges(active(await input.read()), debounceMs, listener);
          const hear = (level: Level) => filter.offer(active(level));
          releases.push(() => {
            filter.stop();
            input.listeners.delete(hear);
          });
          input.listeners.add(hear);
          await input.follow();
        },
        release,
      };
    },
    settled: async () => void (await Promise.allSettled([...ending])),
  };
}

interface SharedInput {
  users: Set<object>;
  listeners: Set<(level: Level) => void>;
  claim(): Promise<void>;
  read(): Promise<Level>;
  /** Starts to tell the listeners of changes, if that has not begun yet. */
  follow(): Promise<void>;
  end(): Promise<void>;
}

function shareInput(place: GpiodPlace): SharedInput {
  const listeners = new Set<(level: Level) => void>();
  let isOver = false;
  let monitor: Monitor | undefined;
  /** Mark of the chip that cannot report edges of the line. */
  let withoutEdges: string | undefined;
  let following: Promise<void> | undefined;
  let looking: Promise<void> | undefined;
  let wake = () => {};

  const tell = (level: Level) => {
    for (const hear of [...listeners]) hear(level);
  };
  const locked = <T>(act: (chip: GpiodChip) => Promise<T>) =>
    withLock(place.lockName, place.name, async () => act(await chipOrRelease(place)));

  const stopMonitor = async () => {
    const running = monitor;
    monitor = undefined;
    await running?.stop();
  };
  const start = async (chip: GpiodChip) => {
    const started = await startMonitor(place, chip, tell);
    if (started === undefined) withoutEdges = chip.device;
    monitor = started;
    void started?.ended.then(() => {
      if (monitor !== started) return;
      monitor = undefined;
      wake();
    });
  };

  /** From the line itself: as the chip reads it where the kernel tells this user, else without the monitor for a moment. */
  const look = async (chip: GpiodChip): Promise<Level> => {
    const isWatched = monitor !== undefined;
    const holder = livingHolder(place);
    const seen = holder && (await readKernelLine(chip.name, place.address.line));
    if (seen?.level !== undefined && holder?.device === chip.device) return seen.level;
    if (isWatched) await stopMonitor();
    else if (holder?.level !== undefined && isHolding(holder, chip)) return holder.level;
    else await takeFrom(place, holder);
    const level = await readFreeLine(place, chip, { asIs: false });
    if (isWatched) await start(chip);
    return level;
  };

  const lookAndTell = () =>
    locked(async (chip) => {
      tell(await look(chip));
      if (monitor !== undefined || withoutEdges === chip.device || isOver) return;
      await start(chip);
      const seen = await readKernelLine(chip.name, place.address.line);
      if (seen?.level !== undefined) tell(seen.level);
    });

  const keepLooking = async () => {
    while (!isOver) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, monitor === undefined ? pollMs : lookMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      // A line that is lost falls silent here; reading it says so.
      if (!isOver) await lookAndTell().catch(() => undefined);
    }
  };

  return {
    users: new Set(),
    listeners,
    claim: () =>
      locked(async (chip) => {
        if (monitor !== undefined) return;
        const holder = livingHolder(place);
        // Watched by another process of the rig: where the kernel tells the level, both can use it.
        if (holder?.use === 'monitor') {
          const seen = await readKernelLine(chip.name, place.address.line);
          if (seen?.level !== undefined) return;
        }
        await takeFrom(place, holder);
        await readFreeLine(place, chip, { asIs: false });
      }),
    read: () => locked(look),
    async follow() {
      following ??= lookAndTell();
      try {
        await following;
      } catch (thrown) {
        following = undefined;
        throw thrown;
      }
      looking ??= keepLooking();
    },
    async end() {
      isOver = true;
      wake();
      await looking;
      await withLock(place.lockName, place.name, stopMonitor);
    },
  };
}

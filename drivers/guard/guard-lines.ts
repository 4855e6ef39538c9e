import { setTimeout as delay } from 'node:timers/promises';
import { withDeadline } from '../../core/deadline.js';
import { asRigError, codeOf, RigError } from '../../core/errors.js';
import { driveTimeoutMs } from './drive-timeout.js';
import type { GuardedLine, SafetyReport } from './guard-protocol.js';
import type { LineBackendSpec } from '../../gpio/line.js';
import { openOutputs } from '../power/open-outputs.js';
import { outputName, type Output, type Outputs } from '../../gpio/output.js';

/** The first line loads its backend, and udev may take two seconds to give the files of a new line to its group; nothing is on yet. */
const openingMs = 3000;

/** When outputs are driven, in ms. */
export interface DriveTimes {
  /** Each output is driven at all of these, counted from the start: a write of whoever had it may still be on its way. */
  atMs: readonly number[];
  /** One that does not follow is tried again for so long, or for as long as three of its tries may take. */
  retryForMs: number;
  retryEveryMs: number;
}

/** The lines that the guard holds open, by the name of who uses them. */
export interface GuardedLines {
  /** Opens the lines as they are. Lines that had this name before are given up when the new ones are open. */
  watch(name: string, spec: LineBackendSpec, lines: readonly GuardedLine[]): Promise<void>;
  unwatch(name: string): Promise<void>;
  /** Drives the lines of the name, all at the same time; reports what did not follow instead of throwing. */
  makeSafe(name: string): Promise<SafetyReport[]>;
  makeAllSafe(): Promise<SafetyReport[]>;
  /**
   * Drives all of them safe again and again, each at its own pace: a relay on the network that takes its time holds up no line. `first` is what came of
   * the first time, `last` of the last.
   */
  keepMakingSafe(times: DriveTimes): { first: Promise<SafetyReport[]>; last: Promise<SafetyReport[]> };
  close(): Promise<void>;
}

interface Watched extends GuardedLine {
  spec: LineBackendSpec;
  /** The backend that was last asked for the line. */
  source?: Promise<Outputs>;
  line?: Output;
}

/** Starts with no line. Lines share their backend; one that is lost is opened anew when its line is driven. */
export function guardLines(): GuardedLines {
  const watched = new Map<string, Watched[]>();
  const backends = shareBackends();

  const openLine = async (item: Watched): Promise<Output> => {
    item.source = backends.get(item.spec);
    const backend = await item.source;
    return (item.line = await backend.openOutput(item.address, { initial: 'as-is' }));
  };

  /** Once more on a new connection when the line is lost: the chip or the bench may have been started again. */
  const retryWhenLost = async (
    item: Watched,
    act: () => Promise<unknown>,
    { timeoutMs, late }: { timeoutMs: number; late: string },
  ): Promise<void> => {
    const attempt = () => {
      const onTimeout = () =>
        new RigError('LINE_LOST', `${outputName(item.address)} ${late} within ${timeoutMs} ms`);
      return withDeadline(act, { timeoutMs, onTimeout });
    };
    try {
      await attempt();
    } catch (thrown) {
      if (asRigError(thrown).code !== 'LINE_LOST') throw thrown;
      // What is no line of the backend is not reached through it either.
      if ('chip' in item.address) backends.forget(item.spec, item.source);
      delete item.line;
      await attempt();
    }
  };

  const makeSafe = async (item: Watched): Promise<SafetyReport> => {
    const line = outputName(item.address);
    try {
      const write = async () => (item.line ?? (await openLine(item))).write(item.safe);
      await retryWhenLost(item, write, { timeoutMs: driveTimeoutMs(item.address), late: 'did not follow' });
      return { line, ok: true };
    } catch (thrown) {
      return { line, ok: false, error: asRigError(thrown).message };
    }
  };

  const keepMakingSafe = (item: Watched, { atMs, retryForMs, retryEveryMs }: DriveTimes) => {
    const began = performance.now();
    const sinceMs = () => performance.now() - began;
    const first = makeSafe(item);
    const goOn = async () => {
      let report = await first;
      for (const dueMs of atMs.slice(1)) {
        await delay(Math.max(0, dueMs - sinceMs()));
        report = followUp(report, await makeSafe(item));
      }
      const untilMs = Math.max(retryForMs, 3 * driveTimeoutMs(item.address));
      while (!report.ok && sinceMs() < untilMs) {
        await delay(retryEveryMs);
        report = followUp(report, await makeSafe(item));
      }
      return report;
    };
    return { first, last: goOn() };
  };

  const unwatch = async (name: string) => {
    const items = watched.get(name) ?? [];
    watched.delete(name);
    await closeLines(items);
  };

  return {
    async watch(name, spec, lines) {
      const items = lines.map((line): Watched => ({ ...line, spec }));
      try {
        for (const item of items) {
          const timeoutMs = driveTimeoutMs(item.address) + openingMs;
          await retryWhenLost(item, () => openLine(item), { timeoutMs, late: 'could not be opened' });
        }
      } catch (thrown) {
        await closeLines(items);
        throw thrown;
      }
      await unwatch(name);
      watched.set(name, items);
    },
    unwatch,
    async makeSafe(name) {
      const items = watched.get(name);
      if (items === undefined)
        throw new RigError('INTERNAL_ERROR', `the guard watches no lines of '${name}'`);
      return Promise.all(items.map(makeSafe));
    },
    makeAllSafe: () => Promise.all([...watched.values()].flat().map(makeSafe)),
    keepMakingSafe(times) {
      const driven = [...watched.values()].flat().map((item) => keepMakingSafe(item, times));
      return {
        first: Promise.all(driven.map(({ first }) => first)),
        last: Promise.all(driven.map(({ last }) => last)),
      };
    },
    close: () => backends.close(),
  };
}

/** A line that was safe and whose chip has gone since, as a bench does once it is without power, has stayed safe. */
function followUp(before: SafetyReport, now: SafetyReport): SafetyReport {
  const isGone = now.error !== undefined && codeOf(now.error) === 'LINE_LOST';
  return isGone && before.ok ? { line: now.line, ok: true } : now;
}

async function closeLines(items: readonly Watched[]): Promise<void> {
  await Promise.all(items.map((item) => item.line?.close()));
}

/** One open backend a spec. */
function shareBackends() {
  const current = new Map<string, Promise<Outputs>>();
  const all: Promise<Outputs>[] = [];
  const keyOf = (spec: LineBackendSpec) => JSON.stringify(spec);
  return {
    get(spec: LineBackendSpec): Promise<Outputs> {
      const key = keyOf(spec);
      const open = current.get(key) ?? openOutputs(spec);
      if (!current.has(key)) all.push(open);
      current.set(key, open);
      open.catch(() => current.get(key) === open && current.delete(key));
      return open;
    },
    /** The next `get` opens a new one. The old one stays open, since other lines may still be well on it. */
    forget(spec: LineBackendSpec, old: Promise<Outputs> | undefined): void {
      if (current.get(keyOf(spec)) === old) current.delete(keyOf(spec));
    },
    async close(): Promise<void> {
      await Promise.allSettled(all.map(async (open) => (await open).close()));
    },
  };
}

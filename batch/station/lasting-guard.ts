import { asRigError, RigError } from '../../core/errors.js';
import type { GuardedLine } from '../../drivers/guard/guard-protocol.js';
import { startGuard, type Guard } from '../../drivers/guard/guard.js';
import type { LineBackendSpec } from '../../gpio/line.js';

/** The guard of a run, whichever process it is at the moment. Calls throw as those of `Guard` do. */
export type RunGuard = Omit<Guard, 'pid' | 'lost'>;

export interface LastingGuardOptions {
  /** File for what the guards did. */
  log: string;
  /** Gets GUARD_LOST each time that a guard has died. */
  onLost: (error: RigError) => void;
}

/** A host on which so many guards die has a trouble of its own; then nothing more may be energised. */
const mostGuards = 4;

/**
 * Starts a guard, and another one in its place when it dies: boards that are being flashed stay guarded, and the run goes on. After
 * several deaths every call throws GUARD_LOST.
 */
export async function startLastingGuard({ log, onLost }: LastingGuardOptions): Promise<RunGuard> {
  const watched = new Map<string, { spec: LineBackendSpec; lines: readonly GuardedLine[] }>();
  const processes = new Set<number>();
  let started = 0;
  let current: Promise<Guard>;
  let stopping: Promise<void> | undefined;

  const begin = async (): Promise<Guard> => {
    started += 1;
    const guard = await startGuard({ log });
    guard.lost.addEventListener('abort', () => replace(asRigError(guard.lost.reason)), { once: true });
    for (const pid of processes) await guard.addProcess(pid);
    for (const [name, { spec, lines }] of watched) await guard.watch(name, spec, lines);
    return guard;
  };
  const replace = (why: RigError) => {
    if (stopping) return;
    const replaced = started < mostGuards;
    onLost(replaced ? new RigError('GUARD_LOST', `${textOf(why)}; another one took its place`) : why);
    current = replaced ? begin() : Promise.reject(why);
    current.catch(() => undefined);
  };
  /** A call that the guard's death cut off is made again to the next one. */
  const ask = async <T>(act: (guard: Guard) => Promise<T>): Promise<T> => {
    const asked = current;
    try {
      return await act(await asked);
    } catch (thrown) {
      if (asked === current || asRigError(thrown).code !== 'GUARD_LOST') throw thrown;
      return ask(act);
    }
  };

  current = begin();
  await current;
  return {
    async watch(name, spec, lines) {
      await ask((guard) => guard.watch(name, spec, lines));
      watched.set(name, { spec, lines });
    },
    async unwatch(name) {
      watched.delete(name);
      await ask((guard) => guard.unwatch(name));
    },
    makeSafe: (name) => ask((guard) => guard.makeSafe(name)),
    async addProcess(pid) {
      processes.add(pid);
      await ask((guard) => guard.addProcess(pid));
    },
    async removeProcess(pid) {
      processes.delete(pid);
      await ask((guard) => guard.removeProcess(pid));
    },
    stop: () => (stopping ??= ask((guard) => guard.stop())),
  };
}

function textOf({ code, message }: RigError): string {
  return message.slice(code.length + 2);
}

import { RigError } from '../core/errors.js';
import { parseFaults } from './fault-deal.js';
import type { Fault } from './faults.js';
import { suggestion } from '../core/nearest-name.js';
import type { Problem } from './problem.js';

/** What RIG_FAULTS says: faults for the virtual boards of this run. */
export interface EnvironmentFaults {
  /** Undefined when the variable is not set or empty. */
  faults?: Fault[];
  problems: Problem[];
}

/** Reads RIG_FAULTS. `slots` are the ids of all virtual slots; a fault must name one of them, or none. */
export function environmentFaults(env: NodeJS.ProcessEnv, slots: readonly string[]): EnvironmentFaults {
  const text = env['RIG_FAULTS']?.trim() ?? '';
  if (text === '') return { problems: [] };
  const problem = (what: string): Problem => ({ file: 'RIG_FAULTS', line: 1, column: 1, path: '', what });
  try {
    const faults = parseFaults(text);
    const named = [...new Set(faults.flatMap((fault) => fault.slots ?? []))];
    const unknown = named.filter((slot) => !slots.includes(slot));
    const problems = unknown.map((slot) =>
      problem(`there is no virtual slot "${slot}"; ${suggestion(slot, [...new Set(slots)])}`),
    );
    return { faults, problems };
  } catch (thrown) {
    if (!(thrown instanceof RigError)) throw thrown;
    return { problems: [problem(thrown.message.replace(/^CONFIG_INVALID: (RIG_FAULTS: )?/, ''))] };
  }
}
